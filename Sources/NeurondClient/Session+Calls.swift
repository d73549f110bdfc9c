import EventLoop
import Foundation
import Wire

extension Session {
    /// Opens a stream for a call, or lets it wait for one.
    func start(_ call: Call) {
        if let failure { return call.finish(.failed(failure)) }
        guard !call.isFinished else { return }
        guard waiting.isEmpty, connection.streamCount < Int(connection.peerHello?.streamCount ?? 0)
        else {
            guard waiting.count < Limits.waitingCallCount else {
                return call.finish(
                    .failed(
                        NeurondError(
                            origin: .local, code: .resourceExhausted, reason: "TOO_MANY_CALLS",
                            message: "\(waiting.count) calls wait for a free stream already",
                            limit: UInt64(Limits.waitingCallCount))))
            }
            return waiting.append(call)
        }
        open(call)
        flush()
    }

    private func open(_ call: Call) {
        do throws(WireError) {
            let streamID = try connection.sendRequest(
                method: call.method, payload: call.payload, isLast: call.upload == nil)
            call.streamID = streamID
            calls[streamID] = call
            startDeadline(of: call, on: streamID)
            if call.upload != nil {
                uploadOffsets[streamID] = 0
                sendUpload(on: streamID)
            }
        } catch {
            let isLeaving = connection.phase == .closing
            call.finish(
                .failed(
                    isLeaving
                        ? .connection("DRAINING", "the daemon is leaving and takes no new calls")
                        : .notSent(error)))
        }
    }

    /// A stream is over, in whatever way.
    func ended(_ streamID: UInt32, _ outcome: Call.Step) {
        calls.removeValue(forKey: streamID)?.finish(outcome)
        deadlines.removeValue(forKey: streamID)?.close()
        uploadOffsets[streamID] = nil
        while let call = waiting.first,
            connection.streamCount < Int(connection.peerHello?.streamCount ?? 0)
        {
            waiting.removeFirst()
            if !call.isFinished { open(call) }
        }
    }

    /// The consumer has given up; the END that follows is nobody's.
    func cancel(_ call: Call) {
        guard let streamID = call.streamID else { return waiting.removeAll { $0 === call } }
        deadlines.removeValue(forKey: streamID)?.close()
        uploadOffsets[streamID] = nil
        connection.cancel(streamID)
        flush()
    }

    /// The consumer has dealt with some bytes.
    func consumed(_ byteCount: Int, by call: Call) {
        guard failure == nil, let streamID = call.streamID else { return }
        connection.consumed(byteCount, on: streamID)
        flush()
    }

    /// Sends a PING; `done` is told at its PONG, or when there will be none.
    func ping(_ done: @escaping (Result<Void, NeurondError>) -> Void) {
        if let failure { return done(.failure(failure)) }
        do throws(WireError) {
            try connection.sendPing([UInt8](repeating: 0, count: 8))
            pings.append(done)
        } catch {
            done(.failure(.notSent(error)))
        }
        flush()
    }

    private func startDeadline(of call: Call, on streamID: UInt32) {
        guard let milliseconds = call.deadlineMilliseconds else { return }
        let timer = EventLoop.Timer(loop)
        deadlines[streamID] = timer
        timer.start(afterMilliseconds: milliseconds + Limits.deadlineGraceMilliseconds) { [self] in
            call.finish(
                .failed(
                    NeurondError(
                        origin: .local, code: .deadlineExceeded, reason: "DEADLINE_EXCEEDED",
                        message: "no end of the answer within \(milliseconds) ms",
                        limit: milliseconds)))
            cancel(call)
        }
    }

    /// Sends pieces of an upload while nothing waits for credit on its stream.
    func sendUpload(on streamID: UInt32) {
        guard let call = calls[streamID], let upload = call.upload else { return }
        while let offset = uploadOffsets[streamID], connection.queuedByteCount(on: streamID) == 0 {
            let end = min(offset + Limits.uploadChunkByteCount, upload.bytes.count)
            let isLast = end == upload.bytes.count
            uploadOffsets[streamID] = isLast ? nil : end
            do {
                let payload = try upload.encode(upload.bytes[offset..<end])
                try connection.sendMessage(payload, on: streamID, isLast: isLast)
            } catch {
                call.finish(.failed((error as? NeurondError) ?? .connection("UPLOAD", "\(error)")))
                return cancel(call)
            }
        }
    }
}
