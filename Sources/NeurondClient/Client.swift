public import EventLoop
import FoundationEssentials
public import Messages
import SwiftProtobuf
public import Wire

/// A connection to a daemon.
///
/// ```swift
/// let client = try await Client.connect(to: Address(parsing: "unix:/run/neurond.sock"))
/// let answer = try await client.tokenize("2+3=")
/// for try await event in client.answers(to: request) { … }
/// ```
///
/// Calls may be made from any task, many at once; they share the connection and are independent of
/// each other. ``close()`` ends all of them; so does letting go of the client.
public final class Client: Sendable {
    /// Where the client is connected.
    public let address: Address
    /// What the daemon said of itself.
    public let daemonHello: Hello

    private let thread: LoopThread
    private let session: LoopBound<Session>

    /// Connects, and waits for the daemon's HELLO.
    ///
    /// - Parameters:
    ///   - address: A unix socket or a TCP endpoint.
    ///   - options: Token, name and patience.
    /// - Throws: ``NeurondError`` of origin `connection`, or of code `unauthenticated`.
    public static func connect(
        to address: Address, options: ConnectOptions = ConnectOptions()
    ) async throws(NeurondError) -> Client {
        let thread: LoopThread
        do throws(LoopError) {
            thread = try LoopThread(name: "neurond-client")
        } catch {
            throw .connection("NO_THREAD", "\(error)")
        }
        let result = await establish(on: thread, address, options)
        switch result {
        case .success(let (session, hello)):
            return Client(address, hello, thread, session)
        case .failure(let error):
            thread.shutdown()
            throw error
        }
    }

    private init(
        _ address: Address, _ hello: Hello, _ thread: LoopThread, _ session: LoopBound<Session>
    ) {
        self.address = address
        daemonHello = hello
        self.thread = thread
        self.session = session
    }

    deinit { close() }

    /// Closes the connection; calls that are open fail.
    ///
    /// Safe to call more than once.
    public func close() {
        thread.handle.execute { [session] in session.value.fail(.closed) }
        thread.shutdown()
    }

    /// Asks, and gives the answers as they come.
    ///
    /// The call is under way when this returns. Its failure is thrown by the iteration.
    public func answers<Request: ClientRequest>(
        to request: Request, options: CallOptions = CallOptions()
    ) -> AnswerStream<Request.Reply> {
        AnswerStream(start(request, options, upload: nil))
    }

    /// Asks, and waits for the one answer.
    ///
    /// - Throws: ``NeurondError``.
    public func answer<Request: ClientRequest>(
        to request: Request, options: CallOptions = CallOptions()
    ) async throws(NeurondError) -> SingleAnswer<Request.Reply> {
        try await answers(to: request, options: options).single()
    }

    /// Stores an object in the daemon, in pieces that follow the daemon's pace.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - kind: Neuron set or tensors.
    /// - Returns: Its hash, and whether it was there already.
    /// - Throws: ``NeurondError``.
    public func putObject(
        _ bytes: [UInt8], kind: Neurond_V1_ObjectKind, options: CallOptions = CallOptions()
    ) async throws(NeurondError) -> SingleAnswer<Neurond_V1_PutObjectReply> {
        var request = Neurond_V1_PutObjectRequest()
        request.kind = kind
        request.byteCount = UInt64(bytes.count)
        guard bytes.count > Limits.uploadChunkByteCount else {
            request.content = .init(bytes)
            return try await answer(to: request, options: options)
        }
        let upload = Upload(bytes: bytes) { piece throws(NeurondError) in
            var chunk = Neurond_V1_PutObjectChunk()
            chunk.content = .init(piece)
            return try Self.encode(chunk)
        }
        return try await AnswerStream<Neurond_V1_PutObjectReply>(
            start(request, options, upload: upload)
        ).single()
    }

    /// Sends a PING and waits for its PONG: the connection alone, no request.
    ///
    /// - Throws: ``NeurondError`` when the connection is gone.
    public func ping() async throws(NeurondError) {
        let result: Result<Void, NeurondError> = await withCheckedContinuation { continuation in
            let isPosted = thread.handle.execute { [session] in
                session.value.ping { continuation.resume(returning: $0) }
            }
            if !isPosted { continuation.resume(returning: .failure(.closed)) }
        }
        try result.get()
    }

    private func start<Request: ClientRequest>(
        _ request: Request, _ options: CallOptions, upload: Upload?
    ) -> Call {
        var request = request
        if options.deadline != nil { request.options.deadlineMs = options.deadlineMilliseconds }
        if !options.requestID.isEmpty { request.options.requestID = options.requestID }
        if !options.model.isEmpty { request.options.model = options.model }
        if let lane = options.lane { request.options.lane = lane }
        let encoded = Result { () throws(NeurondError) in try Self.encode(request) }
        let call = Call(
            method: Request.method.rawValue, payload: (try? encoded.get()) ?? [], upload: upload,
            deadlineMilliseconds: options.deadline.map { _ in
                UInt64(options.deadlineMilliseconds)
            },
            controls: controls)
        if case .failure(let error) = encoded {
            call.finish(.failed(error))
        } else if !thread.handle.execute({ [session] in session.value.start(call) }) {
            call.finish(.failed(.closed))
        }
        return call
    }

    private var controls: Call.Controls {
        let handle = thread.handle
        return Call.Controls(
            consumed: { [session] call, count in
                handle.execute { session.value.consumed(count, by: call) }
            },
            cancel: { [session] call in
                handle.execute { session.value.cancel(call) }
            })
    }

    private static func encode(
        _ message: some SwiftProtobuf.Message
    ) throws(NeurondError) -> [UInt8] {
        do {
            return try message.serializedBytes()
        } catch {
            throw NeurondError(
                origin: .local, code: .invalidArgument, reason: "NOT_SENT",
                message: "the request cannot be encoded: \(error)")
        }
    }
}

extension Client {
    private static func establish(
        on thread: LoopThread, _ address: Address, _ options: ConnectOptions
    ) async -> Result<(LoopBound<Session>, Hello), NeurondError> {
        await withCheckedContinuation { continuation in
            thread.handle.executeWithLoop { loop in
                ByteStream.connect(loop, to: address) { result in
                    switch result {
                    case .failure(let error):
                        let isAbsent = error.isNobodyListening
                        let advice = isAbsent ? "; is a daemon running there?" : ""
                        continuation.resume(
                            returning: .failure(
                                .connection(
                                    isAbsent ? "NO_DAEMON" : "CONNECT", "\(error)\(advice)")))
                    case .success(let stream):
                        let session = Session(loop, stream, options)
                        let bound = LoopBound(session, on: loop)
                        session.begin { result in
                            continuation.resume(returning: result.map { (bound, $0) })
                        }
                    }
                }
            }
        }
    }
}
