"""Traces of the JVM."""

from tests.clustering.shapes.shape import Shape

SHAPES = {
    "thread": Shape(
        """Exception in thread "main" java.lang.IllegalStateException: cart 17 is empty
\tat shop.cart.Cart.total(Cart.java:41)
\tat shop.cart.Checkout.place(Checkout.java:88)
\tat shop.Main.main(Main.java:9)
""",
        ["java.lang.IllegalStateException"],
        ["shop.Main:main", "shop.cart.Checkout:place", "shop.cart.Cart:total"],
        "cart 17 is empty",
    ),
    "caused by": Shape(
        """2025-09-15 20:51:00.123 ERROR 1 --- [nio-8080-exec-3] o.a.c.c.C.[dispatcher] : Servlet.service() failed
org.springframework.web.util.NestedServletException: Request processing failed
\tat org.springframework.web.servlet.FrameworkServlet.processRequest(FrameworkServlet.java:1014)
\tat java.base/java.lang.Thread.run(Thread.java:833)
Caused by: shop.PriceException: no price for 8812
\tat shop.Prices.of(Prices.kt:23)
\tat shop.Orders.place(Orders.kt:77)
\t... 41 more
Caused by: java.sql.SQLTransientConnectionException: pool timed out after 30000ms.
\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:696)
\tat shop.Db.query(Db.kt:12)
\t... 43 common frames omitted
""",
        [
            "java.sql.SQLTransientConnectionException",
            "shop.PriceException",
            "org.springframework.web.util.NestedServletException",
        ],
        ["shop.Db:query"],
        "pool timed out after 30000ms.",
    ),
    "suppressed": Shape(
        """java.io.IOException: write failed
\tat shop.Files.save(Files.java:31)
\tSuppressed: java.lang.IllegalStateException: close failed
\t\tat shop.Files$Handle.close(Files.java:90)
\t\tCaused by: java.lang.NullPointerException
\t\t\tat shop.Files$Handle.flush(Files.java:99)
\tat shop.Export.run(Export.java:14)
Caused by: java.nio.file.NoSuchFileException: /tmp/export-5512.csv
\tat java.base/sun.nio.fs.UnixException.translateToIOException(UnixException.java:92)
\tat shop.Files.open(Files.java:12)
\t... 1 more
""",
        ["java.nio.file.NoSuchFileException", "java.io.IOException"],
        ["shop.Files:open"],
        "/tmp/export-5512.csv",
    ),
    "modules, lambdas and generated classes": Shape(
        """java.lang.NullPointerException: Cannot invoke "shop.User.name()" because "user" is null
\tat app//shop.Greeter.lambda$greet$0(Greeter.java:19)
\tat java.base@21.0.1/java.util.ArrayList.forEach(ArrayList.java:1596)
\tat shop.Greeter$$EnhancerBySpringCGLIB$$8a1f3.greet(<generated>)
\tat shop.Greeter$1.call(Greeter.java:33)
\tat jdk.internal.reflect.GeneratedMethodAccessor55.invoke(Unknown Source)
\tat shop.Api.hello(Api.java:7)
""",
        ["java.lang.NullPointerException"],
        ["shop.Api:hello", "shop.Greeter:call", "shop.Greeter:<lambda>"],
        'Cannot invoke "shop.User.name()" because "user" is null',
    ),
    "several lines of message": Shape(
        """shop.ValidationException: 2 problems:
  - name is empty
  - total: must be positive
\tat shop.Validator.check(Validator.java:55)
\tat shop.Orders.place(Orders.java:20)
""",
        ["shop.ValidationException"],
        ["shop.Orders:place", "shop.Validator:check"],
        "2 problems:\n  - name is empty\n  - total: must be positive",
    ),
    "Kotlin coroutine": Shape(
        """Exception in thread "DefaultDispatcher-worker-1" java.lang.IllegalArgumentException: bad id 3
\tat shop.Loader.load(Loader.kt:18)
\tat shop.Loader$load$1.invokeSuspend(Loader.kt)
\tat kotlin.coroutines.jvm.internal.BaseContinuationImpl.resumeWith(ContinuationImpl.kt:33)
\tat kotlinx.coroutines.DispatchedTask.run(DispatchedTask.kt:108)
\tSuppressed: kotlinx.coroutines.internal.DiagnosticCoroutineContextException: [Standalone{Cancelling}@2b1]
""",
        ["java.lang.IllegalArgumentException"],
        ["shop.Loader$load:invokeSuspend", "shop.Loader:load"],
        "bad id 3",
    ),
    "root cause first": Shape(
        """java.net.ConnectException: Connection refused
\tat shop.Net.connect(Net.java:5)
Wrapped by: shop.RemoteException: call failed
\tat shop.Client.call(Client.java:15)
""",
        ["java.net.ConnectException", "shop.RemoteException"],
        ["shop.Net:connect"],
        "Connection refused",
    ),
}
