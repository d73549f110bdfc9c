import Dispatch
import Foundation
import Synchronization

/// Writes lines to a descriptor from a thread of its own.
///
/// Whoever logs never waits for who reads: lines gather in a bounded buffer, and when that is full
/// they are dropped and counted, and a line says how many once there is room again.
public final class LogWriter: Sendable {
    private struct State {
        var lines: [[UInt8]] = []
        var byteCount = 0
        var droppedCount = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)
    private let descriptor: Int32

    /// Starts the thread.
    ///
    /// - Parameter descriptor: written to until it fails; standard error unless told otherwise.
    public init(descriptor: Int32 = 2) {
        self.descriptor = descriptor
        let thread = Thread { [self] in run() }
        thread.name = "log"
        thread.start()
    }

    /// Adds a line, which must not have a line feed; drops it when the buffer is full.
    public func write(_ line: String) {
        let bytes = Array(line.utf8) + [0x0A]
        state.withLock { state in
            guard !state.isClosed, state.byteCount + bytes.count <= DaemonLimits.logBufferByteCount
            else { return state.droppedCount += 1 }
            state.lines.append(bytes)
            state.byteCount += bytes.count
        }
        wake.signal()
    }

    /// Lines dropped and not yet told of.
    var droppedCount: Int { state.withLock { $0.droppedCount } }

    /// Writes what is left and ends the thread; gives up on a reader that does not read.
    public func close() {
        state.withLock { $0.isClosed = true }
        wake.signal()
        let patience = DispatchTimeInterval.milliseconds(DaemonLimits.logCloseMilliseconds)
        _ = finished.wait(timeout: .now() + patience)
    }

    private func run() {
        while true {
            wake.wait()
            let (lines, dropped, isClosed) = take()
            for line in lines { write(line) }
            if dropped > 0 { write(Array("\(dropped) log lines were dropped\n".utf8)) }
            if isClosed { break }
        }
        finished.signal()
    }

    private func take() -> (lines: [[UInt8]], dropped: Int, isClosed: Bool) {
        state.withLock { state in
            defer {
                state.lines = []
                state.byteCount = 0
                state.droppedCount = 0
            }
            return (state.lines, state.droppedCount, state.isClosed)
        }
    }

    private func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Safety: the bytes are borrowed for the call alone, with their own count.
            let count = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            switch count < 0 ? errno : 0 {
            case 0 where count > 0: rest = rest.dropFirst(count)
            case EINTR: continue
            case EAGAIN: waitForReader()
            // Nobody will ever read it: there is nowhere left to say so.
            default: return
            }
        }
    }

    /// Sleeps until a descriptor that does not block takes more, or fails.
    private func waitForReader() {
        var subject = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&subject, 1, -1)
    }
}
