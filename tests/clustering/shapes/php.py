"""Traces of PHP."""

from tests.clustering.shapes.shape import Shape

SHAPES = {
    "uncaught": Shape(
        """PHP Fatal error:  Uncaught DivisionByZeroError: Division by zero in /var/www/html/src/Cart.php:41
Stack trace:
#0 /var/www/html/src/Checkout.php(12): Shop\\Cart->total(17, 'EUR')
#1 /var/www/html/index.php(9): Shop\\Checkout::place(Object(Shop\\Cart))
#2 {main}
  thrown in /var/www/html/src/Cart.php on line 41
""",
        ["DivisionByZeroError"],
        ["var.www.html.index:<module>", "Shop.Checkout:place", "Shop.Cart:total"],
        "Division by zero",
    ),
    "next": Shape(
        """PDOException: SQLSTATE[HY000] [2002] Connection refused in /app/src/Db.php:20
Stack trace:
#0 /app/src/Db.php(20): PDO->__construct('mysql:host=db')
#1 /app/src/Orders.php(7): App\\Db->connect()
#2 {main}

Next App\\OrderFailed: order 5512 failed in /app/src/Orders.php:9
Stack trace:
#0 /app/index.php(3): App\\Orders->place(5512)
#1 {main}
""",
        ["PDOException", "App.OrderFailed"],
        ["src.Orders:<module>", "App.Db:connect", "PDO:__construct"],
        "SQLSTATE[HY000] [2002] Connection refused",
    ),
    "Monolog": Shape(
        """[2025-09-15 20:51:00] live.ERROR: {"":"[object] (App\\\\NoPrice(code: 0): no price at /app/Prices.php:33)
[stacktrace]
#0 /app/app/Http/CartController.php(15): App\\\\Prices->of(17)
#1 [internal function]: App\\\\Http\\\\CartController->show()
#2 /app/vendor/laravel/framework/src/Illuminate/Routing/Router.php(800): call(Array)
#3 {main}
"}
""".replace("\\\\", "\\"),
        ["App.NoPrice"],
        ["App.Http.CartController:show", "App.Prices:of"],
        "no price",
    ),
    "closure": Shape(
        """PHP Fatal error:  Uncaught TypeError: price(): Argument #1 must be int, null given in /srv/shop/prices.php:3
Stack trace:
#0 /srv/shop/all.php(8): Shop\\price(NULL)
#1 [internal function]: {closure}(NULL)
#2 /srv/shop/all.php(9): array_map(Object(Closure), Array)
#3 {main}
  thrown in /srv/shop/prices.php on line 3
""",
        ["TypeError"],
        ["shop.all:<module>", "shop.all:<lambda>", "shop.prices:price"],
        "price(): Argument #1 must be int, null given",
    ),
    "without main": Shape(
        """[15-Sep-2025 20:51:00 UTC] RuntimeException: no cart 17 in /app/src/Cart.php:5
Stack trace:
#0 /app/src/Api.php(30): App\\Cart->load(17)
#1 /app/vendor/slim/slim/Slim/App.php(199): App\\Api->handle()
""",
        ["RuntimeException"],
        ["App.Api:handle", "App.Cart:load"],
        "no cart 17",
    ),
}
