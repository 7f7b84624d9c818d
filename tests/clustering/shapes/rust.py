"""Traces of Rust."""

from tests.clustering.shapes.shape import Shape

SHAPES = {
    "backtrace": Shape(
        """thread 'main' panicked at src/cart.rs:41:17:
no cart 17
stack backtrace:
   0: rust_begin_unwind
             at /rustc/82e1608dfa6e0b5569232559e3d385fea5a93112/library/std/src/panicking.rs:645:5
   1: core::panicking::panic_fmt
             at /rustc/82e1608dfa6e0b5569232559e3d385fea5a93112/library/core/src/panicking.rs:72:14
   2: shop::cart::Cart::total::{{closure}}
             at ./src/cart.rs:41:17
   3: <shop::api::Api as shop::Handler>::handle
             at ./src/api.rs:20:9
   4: shop::main
             at ./src/main.rs:9:5
   5: core::ops::function::FnOnce::call_once
             at /rustc/82e1608dfa6e0b5569232559e3d385fea5a93112/library/core/src/ops/function.rs:250:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
""",
        ["panic"],
        ["shop:main", "shop::api::Api:handle", "shop::cart::Cart:total"],
        "no cart 17",
    ),
    "before 1.73": Shape(
        """thread 'tokio-1' panicked at 'called `Result::unwrap()` on an `Err` value: Timeout', src/db.rs:12:5
stack backtrace:
   0: std::panicking::begin_panic_handler
   1: core::result::unwrap_failed
   2: shop::db::query::h0123456789abcdef
   3: tokio::runtime::task::core::Core<T,S>::poll
""",
        ["panic"],
        ["shop::db:query"],
        "called `Result::unwrap()` on an `Err` value: Timeout",
    ),
    "no backtrace": Shape(
        """thread 'main' (4242) panicked at src/prices.rs:7:20:
index out of bounds: the len is 3 but the index is 5
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
""",
        ["panic"],
        ["src/prices:<unknown>"],
        "index out of bounds: the len is 3 but the index is 5",
    ),
    "one line": Shape(
        "thread 'main' panicked at 'explicit panic 3', src/main.rs:2:5",
        ["panic"],
        ["src/main:<unknown>"],
        "explicit panic 3",
    ),
    "anyhow": Shape(
        """Error: order 5512 failed

Caused by:
    0: payment failed
    1: connection refused (os error 111)

Stack backtrace:
   0: anyhow::error::<impl core::convert::From<E> for anyhow::Error>::from
             at /usr/local/cargo/registry/src/index.crates.io-6f17d22b/anyhow-1.0.79/src/error.rs:551:25
   1: shop::pay::charge
             at ./src/pay.rs:12:5
   2: shop::main
             at ./src/main.rs:4:5
""",
        ["Error", "Error", "Error"],
        ["shop:main", "shop::pay:charge"],
        "order 5512 failed",
    ),
    "unwinding with addresses": Shape(
        """thread '<unnamed>' panicked at src/queue.rs:90:9:
queue 4 is closed
stack backtrace:
   0:     0x55d0a1b2c3d4 - std::backtrace_rs::backtrace::libunwind::trace::h1a2b3c4d5e6f7081
   1:     0x55d0a1b2c3e5 - shop::queue::Queue<T>::push::h2a2b3c4d5e6f7081
   2:     0x55d0a1b2c3f6 - shop::worker::run::{{closure}}::h3a2b3c4d5e6f7081
   3:                0x0 - <unknown>
""",
        ["panic"],
        ["shop::worker:run", "shop::queue::Queue<T>:push"],
        "queue 4 is closed",
    ),
}
