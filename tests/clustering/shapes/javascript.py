"""Traces of JavaScript."""

from tests.clustering.shapes.shape import Shape

SHAPES = {
    "Node": Shape(
        """TypeError: Cannot read properties of undefined (reading 'price')
    at Cart.total (/app/src/cart.js:41:17)
    at /app/src/checkout.js:12:5
    at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async placeOrder (file:///app/src/orders.mjs:88:3)
""",
        ["TypeError"],
        ["src/orders:placeOrder", "src/checkout:<anonymous>", "src/cart:Cart.total"],
        "Cannot read properties of undefined (reading 'price')",
    ),
    "uncaught, with its code line": Shape(
        """/app/src/index.js:10
    throw new RangeError('no cart 17');
    ^

RangeError: no cart 17
    at new Cart (/app/src/index.js:10:11)
    at Object.<anonymous> (/app/src/index.js:14:1)
    at Module._compile (node:internal/modules/cjs/loader:1256:14)
    at node:internal/main/run_main_module:23:47

Node.js v20.11.0
""",
        ["RangeError"],
        ["src/index:<module>", "src/index:Cart"],
        "no cart 17",
    ),
    "cause": Shape(
        """Error: order 5512 failed
    at place (/srv/shop/orders.ts:20:9)
    at async handle (/srv/shop/api.ts:7:3) {
  [cause]: Error [ERR_DB]: connect ECONNREFUSED 10.0.0.5:5432
      at connect (/srv/shop/db.ts:31:13)
      at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)
}
""",
        ["Error", "Error"],
        ["shop/db:connect"],
        "connect ECONNREFUSED 10.0.0.5:5432",
    ),
    "aggregate": Shape(
        """AggregateError: All promises were rejected
    at Promise.any (<anonymous>)
    at fetchAny (/app/src/mirrors.js:12:18)
    at async handler (/app/src/index.js:40:3) {
  [errors]: [
    Error: connect ECONNREFUSED 10.0.0.7:443
        at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1595:16)
        at connectMirror (/app/src/mirrors.js:5:9) {
      errno: -111,
      code: 'ECONNREFUSED',
      syscall: 'connect'
    },
    TypeError: Invalid URL
        at new URL (node:internal/url:775:36)
        at parseMirror (/app/src/mirrors.js:8:3) {
      code: 'ERR_INVALID_URL',
      input: 'mirror:7',
      [cause]: RangeError: port out of range
          at port (/app/src/ports.js:3:11)
    }
  ]
}
""",
        ["Error", "RangeError", "TypeError", "AggregateError"],
        ["src/mirrors:connectMirror"],
        "connect ECONNREFUSED 10.0.0.7:443",
    ),
    "Firefox": Shape(
        """Uncaught TypeError: item is null
total@https://shop.example/static/js/cart.3f9ab2c1.js:41:17
handleClick@https://shop.example/static/js/page.77aa00bc.js:9:2
@https://shop.example/static/js/page.77aa00bc.js:1:1
""",
        ["TypeError"],
        ["static/js/page:<anonymous>", "static/js/page:handleClick", "static/js/cart:total"],
        "item is null",
    ),
    "webpack in Chrome": Shape(
        """Uncaught (in promise) ReferenceError: basket is not defined
    at Basket.render (webpack-internal:///./src/basket.jsx:14:9)
    at renderWithHooks (webpack-internal:///./node_modules/react-dom/cjs/react-dom.development.js:16305:18)
    at eval (eval at <anonymous> (https://shop.example/a.js:1:1), <anonymous>:1:1)
    at https://shop.example/main.4fa31b9c.chunk.js:2:3456
""",
        ["ReferenceError"],
        ["main:<anonymous>", "src/basket:Basket.render"],
        "basket is not defined",
    ),
    "rejection": Shape(
        """[UnhandledPromiseRejection: This error originated either by throwing inside of an async function]
ValidationError: name is required
    at Object.validate (/workspace/lib/validate.cjs:3:9)
    at Promise.all (index 0)
    at async Server.<anonymous> (/workspace/server.js:5:5)
""",
        ["ValidationError"],
        ["server:<anonymous>", "lib/validate:validate"],
        "name is required",
    ),
}
