import EventLoop
import Foundation

/// The process: runs the program, and turns an interrupt into a cancellation.
@main enum Main {
    static func main() async {
        SignalMask.unblockAll()
        let arguments = Array(CommandLine.arguments.dropFirst())
        let task = Task { await Program.run(arguments, console: .standard) }
        let signals = try? LoopThread(name: "signals")
        signals?.handle.executeWithLoop { loop in
            _ = try? SignalWatcher(loop, signal: SIGINT) { task.cancel() }
        }
        exit(await task.value)
    }
}
