import EventLoop
import Glibc
import Testing

@Suite("Timer")
struct TimerTests {
    @Test func `timers fire in the order of their delays, not of their start`() throws {
        try withLoop { loop in
            var order: [Int] = []
            let timers = [20, 0, 10].map { delay in
                let timer = Timer(loop)
                timer.start(afterMilliseconds: UInt64(delay)) {
                    order.append(delay)
                    timer.close()
                    if order.count == 3 { loop.stop() }
                }
                return timer
            }
            loop.run()
            #expect(order == [0, 10, 20])
            #expect(timers.allSatisfy { $0.isClosed })
        }
    }

    @Test func `a repeating timer repeats until it is stopped, and can start again`() throws {
        try withLoop { loop in
            let timer = Timer(loop)
            var count = 0
            timer.start(afterMilliseconds: 0, repeatMilliseconds: 1) {
                count += 1
                guard count == 3 else { return }
                timer.stop()
                timer.start(afterMilliseconds: 1) {
                    count += 10
                    timer.close()
                    loop.stop()
                }
            }
            let start = loop.now
            loop.run()
            #expect(count == 13)
            #expect(loop.now >= start + 3)
        }
    }
}

@Suite("SignalWatcher")
struct SignalWatcherTests {
    @Test func `a watched signal becomes a callback`() throws {
        try withLoop { loop in
            var count = 0
            let watcher = try SignalWatcher(loop, signal: SIGUSR2) {
                count += 1
                loop.stop()
            }
            kill(getpid(), SIGUSR2)
            loop.run()
            watcher.close()
            #expect(count == 1)
        }
    }

    @Test func `a signal that cannot be caught is refused`() throws {
        try withLoop { loop in
            #expect(throws: LoopError.self) { try SignalWatcher(loop, signal: SIGKILL) {} }
        }
    }
}
