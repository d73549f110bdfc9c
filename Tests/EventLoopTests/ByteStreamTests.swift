import EventLoop
import Glibc
import Testing

@Suite("ByteStream")
struct ByteStreamTests {
    @Test func `a reader that stops holds the writer back, and gets every byte later`() throws {
        try withLoop { loop in
            let (writer, reader) = try makeStreamPair(loop)
            let sent = patternBytes(count: 4_000_000)
            var received: [UInt8] = []
            var isPaused = true
            var isDrained = false
            reader.onRead = { bytes in
                #expect(!isPaused)
                received += bytes
                if received.count == sent.count { loop.stop() }
            }
            writer.onWritable = { isDrained = true }
            writer.write(sent)
            let queued = writer.queuedByteCount
            #expect(queued > 3_000_000, "the kernel holds less than a megabyte")
            reader.startReading()
            reader.stopReading()
            let timer = Timer(loop)
            timer.start(afterMilliseconds: 5) {
                timer.close()
                #expect(received.isEmpty)
                #expect(writer.queuedByteCount == queued)
                isPaused = false
                reader.startReading()
            }
            loop.run()
            #expect(received == sent)
            #expect(isDrained && writer.queuedByteCount == 0)
            writer.close()
            reader.close()
        }
    }

    @Test func `completions come in the order of the writes`() throws {
        try withLoop { loop in
            let (writer, reader) = try makeStreamPair(loop)
            var order: [Int] = []
            reader.onRead = { _ in }
            reader.startReading()
            for (index, count) in [10, 2_000_000, 10, 0, 500_000].enumerated() {
                writer.write(patternBytes(count: count)) { error in
                    #expect(error == nil)
                    order.append(index)
                    if index == 4 { loop.stop() }
                }
            }
            loop.run()
            #expect(order == [0, 1, 2, 3, 4])
            writer.close()
            reader.close()
        }
    }

    @Test func `the end of the stream is reported once, after the last byte`() throws {
        try withLoop { loop in
            let (writer, reader) = try makeStreamPair(loop)
            var received: [UInt8] = []
            var ends: [LoopError?] = []
            reader.onRead = { received += $0 }
            reader.onEnd = { error in
                ends.append(error)
                reader.startReading()
                loop.later { loop.stop() }
            }
            reader.startReading()
            let sent = patternBytes(count: 1_000_000)
            writer.write(sent)
            writer.closeWhenFlushed()
            #expect(!writer.isClosed)
            loop.run()
            #expect(writer.isClosed)
            #expect(received == sent)
            #expect(ends == [nil])
            reader.close()
        }
    }

    @Test func `writing to a peer that is gone fails the write and ends the stream`() throws {
        try withLoop { loop in
            let (writer, reader) = try makeStreamPair(loop)
            reader.close()
            var failures: [LoopError] = []
            writer.onEnd = { error in
                #expect(error?.isPeerGone == true)
                loop.stop()
            }
            writer.write([1, 2, 3]) { if let error = $0 { failures.append(error) } }
            writer.write([4]) { if let error = $0 { failures.append(error) } }
            loop.run()
            #expect(failures.count == 2)
            #expect(failures.allSatisfy { $0.isPeerGone })
            writer.close()
        }
    }

    @Test func `a connection that the peer resets ends with the error`() throws {
        try withLoop { loop in
            var accepted: ByteStream?
            let listener = try Listener(loop, address: .tcp(host: "127.0.0.1", port: 0)) {
                accepted = $0
            }
            var reported: LoopError?
            ByteStream.connect(loop, to: listener.boundAddress) { result in
                guard case .success(let stream) = result else { return loop.stop() }
                stream.onEnd = { error in
                    reported = error
                    stream.close()
                    loop.stop()
                }
                stream.startReading()
                // A socket that is closed with unread bytes resets its connection.
                stream.write([1, 2, 3]) { _ in
                    let timer = Timer(loop)
                    timer.start(afterMilliseconds: 1, repeatMilliseconds: 1) {
                        guard let accepted else { return }
                        accepted.close()
                        timer.close()
                    }
                }
            }
            loop.run()
            listener.close()
            #expect(reported?.isPeerGone == true)
        }
    }

    @Test func `closing drops queued writes, tells their writers and calls back no more`() throws {
        try withLoop { loop in
            let (writer, reader) = try makeStreamPair(loop)
            var errors: [LoopError?] = []
            writer.onEnd = { _ in Issue.record("the end was reported after close") }
            writer.write(patternBytes(count: 2_000_000)) { errors.append($0) }
            writer.write([1]) {
                errors.append($0)
                loop.stop()
            }
            writer.close()
            writer.close()
            writer.write([2]) { errors.append($0) }
            #expect(errors.count == 1, "a write after close fails at once")
            loop.run()
            #expect(errors == Array(repeating: .closed(operation: "write to a stream"), count: 3))
            reader.close()
        }
    }

    @Test func `a stream may be closed from within its own callback`() throws {
        try withLoop { loop in
            let (writer, reader) = try makeStreamPair(loop)
            var reads = 0
            reader.onRead = { _ in
                reads += 1
                reader.close()
                loop.stop()
            }
            reader.startReading()
            writer.write(patternBytes(count: 150_000))
            loop.run()
            #expect(reads == 1)
            writer.close()
        }
    }

    @Test func `a descriptor that is no stream is refused and remains the caller's`() throws {
        try withLoop { loop in
            #expect(throws: LoopError.self) { try ByteStream(loop, adopting: -1) }
        }
    }
}
