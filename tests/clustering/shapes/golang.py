"""Traces of Go."""

from tests.clustering.shapes.shape import Shape

SHAPES = {
    "panic": Shape(
        """panic: no cart 17

goroutine 1 [running]:
example.com/shop/cart.(*Cart).Total(0xc000012345, {0x1, 0x2})
\t/app/cart/cart.go:41 +0x1d
main.main()
\t/app/main.go:9 +0x25
exit status 2
""",
        ["panic"],
        ["main:main", "example.com/shop/cart:(*Cart).Total"],
        "no cart 17",
    ),
    "runtime error": Shape(
        """panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x48b3a6]

goroutine 34 [running]:
example.com/shop/api.(*Server).handle.func1()
\t/src/api/server.go:77 +0x45
net/http.HandlerFunc.ServeHTTP(0x0?, {0x7?, 0x1?}, 0x2?)
\t/usr/local/go/src/net/http/server.go:2136 +0x29
created by net/http.(*Server).Serve in goroutine 1
\t/usr/local/go/src/net/http/server.go:3086 +0x5cb
""",
        ["runtime error"],
        ["example.com/shop/api:(*Server).handle"],
        "invalid memory address or nil pointer dereference",
    ),
    "served by net/http": Shape(
        """2025/09/15 20:51:00 http: panic serving 10.0.0.7:51234: runtime error: index out of range [5] with length 3
goroutine 51 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1868 +0xb9
panic({0x6a3b40?, 0xc0000b4018?})
\t/usr/local/go/src/runtime/panic.go:920 +0x270
main.pick(...)
\t/app/pick.go:12
main.handler({0x7a4f98, 0xc0000ee000}, 0xc0000f2000)
\t/app/main.go:21 +0x3a
github.com/go-chi/chi/v5.(*Mux).ServeHTTP(0xc0000a, {0x7, 0xc}, 0xc0)
\t/go/pkg/mod/github.com/go-chi/chi/v5@v5.0.10/mux.go:87 +0x31
""",
        ["runtime error"],
        ["main:handler", "main:pick"],
        "index out of range [5] with length 3",
    ),
    "deadlock": Shape(
        """fatal error: all goroutines are asleep - deadlock!

goroutine 1 [chan receive]:
main.wait(0xc00001c0c0)
\t/app/wait.go:8 +0x3e
main.main()
\t/app/main.go:5 +0x1d

goroutine 18 [select, 2 minutes]:
main.other()
\t/app/other.go:3 +0x11
created by main.main in goroutine 1
\t/app/main.go:4 +0x19
""",
        ["fatal error"],
        ["main:main", "main:wait"],
        "all goroutines are asleep - deadlock!",
    ),
    "panic during a panic": Shape(
        """panic: first 1
\tpanic: second 2

goroutine 1 [running]:
main.cleanup.func2()
\t/app/clean.go:20 +0x3c
panic({0x45e0a0?, 0x48a8b0?})
\t/usr/local/go/src/runtime/panic.go:884 +0x212
main.run()
\t/app/run.go:6 +0x49
main.main()
\t/app/main.go:3 +0x17
""",
        ["panic", "panic"],
        ["main:main", "main:run"],
        "second 2",
    ),
    "zap": Shape(
        """place order failed
main.(*Shop).Place
\t/workspace/shop.go:31
main.main.func1
\t/workspace/main.go:12
runtime.goexit
\t/usr/local/go/src/runtime/asm_amd64.s:1650
""",
        ["error"],
        ["main:main", "main:(*Shop).Place"],
        "place order failed",
    ),
}
