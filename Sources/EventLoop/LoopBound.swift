/// A value that may be carried across threads but only be touched on its loop's thread.
///
/// Use it where a `@Sendable` closure must refer to loop-confined objects, for example a job
/// given to ``LoopHandle/execute(_:)``. Every access checks the thread and traps on misuse. The
/// last reference may be dropped anywhere: the value is then destroyed there, which is safe for
/// this module's types, because an open handle keeps its object alive by itself.
public final class LoopBound<Value>: @unchecked Sendable {
    // Protected by the loop's thread: each access asserts it.
    private var stored: Value
    private let handle: LoopHandle

    /// Binds a value to a loop; must be called on the loop's thread.
    public init(_ value: Value, on loop: Loop) {
        loop.assertOnLoop()
        stored = value
        handle = loop.handle
    }

    /// The value; traps off the loop's thread.
    public var value: Value {
        get {
            precondition(handle.isOnLoop, "a loop-bound value was read on another thread")
            return stored
        }
        set {
            precondition(handle.isOnLoop, "a loop-bound value was written on another thread")
            stored = newValue
        }
    }
}
