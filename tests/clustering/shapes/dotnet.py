"""Traces of .NET."""

from tests.clustering.shapes.shape import Shape

SHAPES = {
    "unhandled": Shape(
        """Unhandled exception. System.InvalidOperationException: Sequence contains no elements
   at System.Linq.ThrowHelper.ThrowNoElementsException()
   at System.Linq.Enumerable.First[TSource](IEnumerable`1 source)
   at Shop.Cart.Total(Int32 id, String currency) in /src/Shop/Cart.cs:line 41
   at Shop.Program.Main(String[] args) in /src/Shop/Program.cs:line 9
""",
        ["System.InvalidOperationException"],
        ["Shop.Program:Main", "Shop.Cart:Total"],
        "Sequence contains no elements",
    ),
    "inner": Shape(
        """Shop.OrderException: order 5512 failed
 ---> System.Net.Http.HttpRequestException: Connection refused (payments:443)
 ---> System.Net.Sockets.SocketException (111): Connection refused
   at System.Net.Sockets.Socket.AwaitableSocketAsyncEventArgs.ThrowException(SocketError error, CancellationToken token)
   --- End of inner exception stack trace ---
   at Shop.Payments.Call(String url) in /src/Payments.cs:line 20
   --- End of inner exception stack trace ---
   at Shop.Orders.Place(Order order) in /src/Orders.cs:line 77
""",
        ["System.Net.Sockets.SocketException", "System.Net.Http.HttpRequestException", "Shop.OrderException"],
        ["Shop.Payments:Call"],
        "Connection refused (payments:443)",
    ),
    "asynchronous": Shape(
        """fail: Shop.Worker[0]
      System.TimeoutException: The operation 12 has timed out.
   at Shop.Db.<QueryAsync>d__5.MoveNext() in /src/Db.cs:line 30
--- End of stack trace from previous location ---
   at System.Runtime.CompilerServices.TaskAwaiter.HandleNonSuccessAndDebuggerNotification(Task task)
   at Shop.Orders.PlaceAsync(Order order) in /src/Orders.cs:line 14
   at Shop.Orders.<>c__DisplayClass3_0.<Retry>b__0() in /src/Orders.cs:line 50
""",
        ["System.TimeoutException"],
        ["Shop.Orders:<lambda>", "Shop.Orders:PlaceAsync", "Shop.Db:QueryAsync"],
        "The operation 12 has timed out.",
    ),
    "aggregate of two kinds": Shape(
        """System.AggregateException: One or more errors occurred. (no answer from ledger) (bad total 7)
 ---> System.Net.Http.HttpRequestException: no answer from ledger
   at Shop.Ledger.Client.PostAsync(Entry entry) in /src/Shop/Ledger/Client.cs:line 41
   at Shop.Ledger.Books.<CloseAsync>d__7.MoveNext() in /src/Shop/Ledger/Books.cs:line 88
   --- End of inner exception stack trace ---
   at System.Threading.Tasks.Task.ThrowIfExceptional(Boolean includeTaskCanceledExceptions)
   at System.Threading.Tasks.Task.WaitAll(Task[] tasks)
   at Shop.Program.Main(String[] args) in /src/Shop/Program.cs:line 12
 ---> (Inner Exception #1) System.InvalidOperationException: bad total 7
   at Shop.Ledger.Books.Sum() in /src/Shop/Ledger/Books.cs:line 19<---
""",
        ["System.Net.Http.HttpRequestException", "System.InvalidOperationException", "System.AggregateException"],
        ["Shop.Ledger.Books:CloseAsync", "Shop.Ledger.Client:PostAsync"],
        "no answer from ledger",
    ),
    "aggregate": Shape(
        """System.AggregateException: One or more errors occurred. (bad item 1) (bad item 2)
 ---> Shop.ItemException: bad item 1
   at Shop.Items.Check(Item item) in /src/Items.cs:line 8
   --- End of inner exception stack trace ---
   at System.Threading.Tasks.Task.WaitAll(Task[] tasks)
   at Shop.Batch.Run() in /src/Batch.cs:line 3
 ---> (Inner Exception #1) Shop.ItemException: bad item 2
   at Shop.Items.Check(Item item) in /src/Items.cs:line 8<---
""",
        ["Shop.ItemException", "Shop.ItemException", "System.AggregateException"],
        ["Shop.Items:Check"],
        "bad item 1",
    ),
    "release build": Shape(
        """System.NullReferenceException: Object reference not set to an instance of an object.
   at Shop.Cart`1.get_Total()
   at Shop.Checkout..ctor(Cart cart)
   at Microsoft.AspNetCore.Mvc.Infrastructure.ControllerActionInvoker.InvokeAsync()
""",
        ["System.NullReferenceException"],
        ["Shop.Checkout:ctor", "Shop.Cart:get_Total"],
        "Object reference not set to an instance of an object.",
    ),
    "inner on one line": Shape(
        """Shop.OrderException: failed ---> System.FormatException: bad number 'x'
   at System.Number.ThrowFormatException()
   at Shop.Parser.Parse(String text) in C:\\src\\Parser.cs:line 4
   --- End of inner exception stack trace ---
   at Shop.Orders.Read() in C:\\src\\Orders.cs:line 6
""",
        ["System.FormatException", "Shop.OrderException"],
        ["Shop.Parser:Parse"],
        "bad number 'x'",
    ),
}
