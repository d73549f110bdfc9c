import Messages
public import SwiftProtobuf
import Synchronization
import Wire

/// The answers of one call, as they come.
///
/// Iterate once, from one task. Credit goes back to the daemon as answers are taken, so it is never
/// more than a window ahead of the consumer. Cancelling the task, or letting go of the stream
/// before its end, cancels the call and nothing else.
public struct AnswerStream<Reply: SwiftProtobuf.Message & Sendable>: AsyncSequence, Sendable {
    /// One reply with the tensors that it announced.
    public typealias Element = Answer<Reply>
    /// Why a call failed.
    public typealias Failure = NeurondError

    private let owner: CallOwner

    init(_ call: Call) { owner = CallOwner(call) }

    /// Starts to read; call it once.
    public func makeAsyncIterator() -> Iterator { Iterator(owner) }

    /// What the call ended with; nil before the last answer has been taken.
    public var trailers: Trailers? { owner.trailers.withLock { $0 } }

    /// Gives the call up; the iteration ends with ``NeurondError`` of code `cancelled`.
    public func cancel() { owner.call.cancel() }

    /// Takes all answers to the end.
    ///
    /// - Throws: ``NeurondError``; answers that came before it are lost.
    public func collect() async throws(NeurondError) -> CompleteAnswer<Reply> {
        var answers: [Element] = []
        var iterator = makeAsyncIterator()
        while let answer = try await iterator.next(isolation: nil) { answers.append(answer) }
        guard let trailers else { throw .malformedReply("it has no end") }
        return CompleteAnswer(answers: answers, trailers: trailers)
    }

    /// Takes the answer of a call that gives exactly one.
    ///
    /// - Throws: ``NeurondError``, also when there is another number of answers.
    public func single() async throws(NeurondError) -> SingleAnswer<Reply> {
        let complete = try await collect()
        guard let answer = complete.answers.first, complete.answers.count == 1 else {
            throw .malformedReply("it has \(complete.answers.count) messages, expected 1")
        }
        return SingleAnswer(
            reply: answer.reply, tensors: answer.tensors, trailers: complete.trailers)
    }

    /// Reads answers one by one.
    public struct Iterator: AsyncIteratorProtocol {
        /// One reply with the tensors that it announced.
        public typealias Element = Answer<Reply>
        /// Why a call failed.
        public typealias Failure = NeurondError

        private let owner: CallOwner
        private var assembler = TensorAssembler(byteLimit: Limits.tensorByteCount)
        private var reply: Reply?
        private var announced: [Neurond_V1_TensorInfo] = []
        private var tensors: [Tensor] = []

        init(_ owner: CallOwner) { self.owner = owner }

        /// The next answer, or nil after the last.
        public mutating func next() async throws(NeurondError) -> Element? {
            try await next(isolation: nil)
        }

        /// The next answer, or nil after the last.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(NeurondError) -> Element? {
            while true {
                switch await owner.call.next() {
                case .failed(let error):
                    throw error
                case .end(let payload):
                    try finish(payload)
                    return nil
                case .frame(let frame):
                    do throws(NeurondError) {
                        if let answer = try take(frame) { return answer }
                    } catch {
                        owner.call.cancel()
                        throw error
                    }
                }
            }
        }

        private mutating func take(_ frame: Frame) throws(NeurondError) -> Element? {
            if frame.kind == .message {
                guard reply == nil else {
                    throw .malformedReply("\(announced.count - tensors.count) tensors are missing")
                }
                let message: Reply = try decode(frame.payload)
                reply = message
                announced = (message as? any TensorAnnouncing)?.announcedTensors ?? []
            } else {
                try takeTensor(frame)
            }
            guard let reply, tensors.count == announced.count else { return nil }
            defer {
                self.reply = nil
                tensors = []
            }
            return Answer(reply: reply, tensors: tensors)
        }

        private mutating func takeTensor(_ frame: Frame) throws(NeurondError) {
            let received: ReceivedTensor?
            do throws(TensorError) {
                received = try assembler.append(frame)
            } catch {
                throw .malformedReply(error.description)
            }
            guard let received else { return }
            guard reply != nil, tensors.count < announced.count else {
                throw .malformedReply("tensor \(received.descriptor.name) was not announced")
            }
            tensors.append(Tensor(received, info: announced[tensors.count]))
        }

        private func finish(_ payload: [UInt8]) throws(NeurondError) {
            let end: Neurond_V1_End = try decode(payload)
            let trailers = Trailers(end)
            owner.trailers.withLock { $0 = trailers }
            guard end.status.code == .ok else { throw NeurondError(end: end) }
            guard reply == nil else { throw .malformedReply("it ends before its last tensor") }
        }

        private func decode<Value: SwiftProtobuf.Message>(
            _ payload: [UInt8]
        ) throws(NeurondError) -> Value {
            do {
                return try Value(serializedBytes: payload)
            } catch {
                throw .malformedReply("\(Value.protoMessageName): \(error)")
            }
        }
    }
}

/// Keeps a call alive for its consumer, and gives it up when the last one lets go.
final class CallOwner: Sendable {
    let call: Call
    let trailers = Mutex<Trailers?>(nil)

    init(_ call: Call) { self.call = call }

    deinit { call.cancel() }
}
