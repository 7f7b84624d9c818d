"""Traces of Ruby."""

from tests.clustering.shapes.shape import Shape

SHAPES = {
    "interpreter": Shape(
        """/app/lib/cart.rb:41:in `total': undefined method `price' for nil:NilClass (NoMethodError)
\tfrom /app/lib/checkout.rb:12:in `block (2 levels) in place'
\tfrom /usr/local/bundle/gems/rack-2.2.8/lib/rack/builder.rb:30:in `call'
\tfrom /app/main.rb:9:in `<main>'
""",
        ["NoMethodError"],
        ["main:<module>", "lib/checkout:place", "lib/cart:total"],
        "undefined method `price' for nil:NilClass",
    ),
    "Ruby 3.4": Shape(
        """/app/lib/cart.rb:41:in 'Shop::Cart#total': no price for 17 (KeyError)
\tfrom /app/lib/cart.rb:50:in 'block in Shop::Cart#place'
\tfrom <internal:kernel>:187:in 'Kernel#loop'
\tfrom /app/main.rb:9:in '<main>'
""",
        ["KeyError"],
        ["main:<module>", "lib/cart:place", "lib/cart:total"],
        "no price for 17",
    ),
    "logger": Shape(
        """ActiveRecord::RecordNotFound (Couldn't find Order with 'id'=5512):

app/models/order.rb:20:in `find_open'
app/controllers/orders_controller.rb:8:in `show'
/usr/local/bundle/gems/actionpack-7.0.4/lib/action_controller/metal.rb:6:in `send_action'
""",
        ["ActiveRecord::RecordNotFound"],
        ["app/controllers/orders_controller:show", "app/models/order:find_open"],
        "Couldn't find Order with 'id'=5512",
    ),
    "cause": Shape(
        """/app/lib/orders.rb:7:in `rescue in place': order 3 failed (RuntimeError)
\tfrom /app/lib/orders.rb:4:in `place'
/app/lib/db.rb:12:in `query': connection refused (PG::ConnectionBad)
\tfrom /app/lib/orders.rb:5:in `place'
""",
        ["PG::ConnectionBad", "RuntimeError"],
        ["lib/orders:place", "lib/db:query"],
        "connection refused",
    ),
    "most recent last": Shape(
        """Traceback (most recent call last):
\t2: from /app/main.rb:9:in `<main>'
\t1: from /app/lib/checkout.rb:12:in `place'
/app/lib/cart.rb:41:in `total': divided by 0 (ZeroDivisionError)
""",
        ["ZeroDivisionError"],
        ["main:<module>", "lib/checkout:place", "lib/cart:total"],
        "divided by 0",
    ),
    "prefixed": Shape(
        """E, [2025-09-15T20:51:00.123456 #7] ERROR -- : KeyError: key not found: "price"
/app/lib/cart.rb:41:in `fetch'
/app/lib/cart.rb:20:in `ensure in total'
""",
        ["KeyError"],
        ["lib/cart:total", "lib/cart:fetch"],
        'key not found: "price"',
    ),
}
