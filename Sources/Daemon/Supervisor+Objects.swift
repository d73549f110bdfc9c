import Crypto
import FoundationEssentials
import Messages
import Supervision
import SwiftProtobuf
import Wire

/// An object on its way to the engines, one of which must find it sound before it is stored.
final class ObjectUpload {
    let session: ClientSession
    let streamID: UInt32
    let hash: [UInt8]
    let kind: Int
    let content: [UInt8]
    /// Engines that have it and have not answered.
    var awaited = 0
    var hasBeenAccepted = false
    /// Engines that died over it.
    var deathCount = 0

    init(
        session: ClientSession, streamID: UInt32, hash: [UInt8], kind: Int, content: [UInt8]
    ) {
        self.session = session
        self.streamID = streamID
        self.hash = hash
        self.kind = kind
        self.content = content
    }
}

extension Supervisor {
    // MARK: PutObject

    func putObject(_ payloads: [[UInt8]], _ streamID: UInt32, of session: ClientSession) {
        let object: (kind: Int, content: [UInt8])
        do {
            object = try Self.assemble(payloads)
        } catch {
            return refuse(streamID, of: session, error.end)
        }
        let hash = Array(SHA256.hash(data: object.content))
        if objects.all.contains(where: { $0.hash == hash }) {
            return session.answer(streamID, Self.putReply(hash, existed: true))
        }
        guard objects.hasRoom(forByteCount: object.content.count) else {
            return refuse(
                streamID, of: session,
                EndMessage.failure(
                    .resourceExhausted, "OBJECTS_FULL",
                    "the daemon keeps at most \(Supervision.Limits.objectCount) objects of "
                        + "\(Supervision.Limits.objectByteCount) bytes in all; drop some",
                    asked: objects.byteCount + object.content.count,
                    limit: Supervision.Limits.objectByteCount))
        }
        let upload = ObjectUpload(
            session: session, streamID: streamID, hash: hash, kind: object.kind,
            content: object.content)
        uploads.append(upload)
        for link in engines where link.isReady { give(upload, to: link) }
    }

    private struct ObjectError: Error {
        let end: [UInt8]

        init(_ reason: String, _ message: String, asked: Int = 0, limit: Int = 0) {
            let code: Neurond_V1_StatusCode =
                reason == "OBJECT_TOO_LARGE" ? .outOfRange : .invalidArgument
            end = EndMessage.failure(
                code, reason, message, field: "byte_count", asked: asked, limit: limit)
        }
    }

    private static func assemble(
        _ payloads: [[UInt8]]
    ) throws(ObjectError) -> (kind: Int, content: [UInt8]) {
        let malformed = ObjectError(
            "MALFORMED_MESSAGE", "not a PutObjectRequest followed by PutObjectChunk messages")
        guard let request = try? Neurond_V1_PutObjectRequest(serializedBytes: payloads[0]) else {
            throw malformed
        }
        let limit = Supervision.Limits.largestObjectByteCount
        guard request.byteCount <= UInt64(limit) else {
            throw ObjectError(
                "OBJECT_TOO_LARGE",
                "an object of \(request.byteCount) bytes; at most \(limit) are accepted",
                asked: Int(clamping: request.byteCount), limit: limit)
        }
        var content = [UInt8](request.content)
        for payload in payloads.dropFirst() where !payload.isEmpty {
            guard let chunk = try? Neurond_V1_PutObjectChunk(serializedBytes: payload) else {
                throw malformed
            }
            content += chunk.content
        }
        guard content.count == Int(request.byteCount) else {
            throw ObjectError(
                "OBJECT_LENGTH",
                "\(content.count) bytes came, \(request.byteCount) were announced",
                asked: content.count, limit: Int(request.byteCount))
        }
        return (request.kind.rawValue, content)
    }

    private static func putReply(_ hash: [UInt8], existed: Bool) -> [UInt8] {
        EndMessage.encode(
            Neurond_V1_PutObjectReply.with {
                $0.hash = Data(hash)
                $0.existed = existed
            })
    }

    // MARK: To the engines

    /// A freshly started engine gets every stored object, one after another, then work.
    func giveObjects(to link: EngineLink) {
        let missing = objects.all.first { !link.knownObjects.contains($0.hash) }
        guard let object = missing else { return didBecomeReady(link) }
        link.knownObjects.insert(object.hash)
        let call = Self.uploadCall(kind: object.kind, object.content) {
            [weak self, weak link] outcome in
            guard let self, let link else { return }
            if case .engineDied = outcome { return }
            giveObjects(to: link)
        }
        link.start(call)
    }

    /// An engine that becomes ready gets what is being uploaded.
    func giveUploads(to link: EngineLink) {
        for upload in uploads { give(upload, to: link) }
    }

    private func give(_ upload: ObjectUpload, to link: EngineLink) {
        upload.awaited += 1
        link.knownObjects.insert(upload.hash)
        let call = Self.uploadCall(kind: upload.kind, upload.content) { [weak self] outcome in
            self?.didGive(upload, outcome)
        }
        link.start(call)
    }

    private static func uploadCall(
        kind: Int, _ content: [UInt8], done: @escaping (EngineCall.Outcome) -> Void
    ) -> EngineCall {
        let request = Neurond_V1_PutObjectRequest.with {
            $0.kind = Neurond_V1_ObjectKind(rawValue: kind) ?? .unspecified
            $0.byteCount = UInt64(content.count)
        }
        return EngineCall(
            .putObject, payload: EndMessage.encode(request), content: content[...],
            encodePart: { part in
                EndMessage.encode(Neurond_V1_PutObjectChunk.with { $0.content = Data(part) })
            }, done: done)
    }

    private func didGive(_ upload: ObjectUpload, _ outcome: EngineCall.Outcome) {
        upload.awaited -= 1
        guard uploads.contains(where: { $0 === upload }) else { return }
        switch outcome {
        case .ended(_, let end):
            guard EndMessage.status(of: end)?.code == .ok else { return reject(upload, end) }
            upload.hasBeenAccepted = true
        case .refused(let reason):
            return reject(upload, EndMessage.failure(.internal, "RELAY_FAILED", reason))
        case .engineDied:
            upload.deathCount += 1
            guard upload.deathCount < Supervision.Limits.engineDeathsPerRequest else {
                return reject(
                    upload,
                    EndMessage.failure(
                        .internal, "ENGINE_DIED_TWICE",
                        "the engine died twice while it read this object"))
            }
        }
        guard upload.awaited == 0, upload.hasBeenAccepted else { return }
        store(upload)
    }

    private func store(_ upload: ObjectUpload) {
        uploads.removeAll { $0 === upload }
        switch objects.put(upload.content, hash: upload.hash, kind: upload.kind) {
        case .stored, .existed:
            upload.session.answer(upload.streamID, Self.putReply(upload.hash, existed: false))
        case .bytesExceeded, .countExceeded:
            drop(upload.hash)
            refuse(
                upload.streamID, of: upload.session,
                EndMessage.failure(
                    .resourceExhausted, "OBJECTS_FULL", "other uploads took the last room"))
        }
    }

    private func reject(_ upload: ObjectUpload, _ end: [UInt8]) {
        uploads.removeAll { $0 === upload }
        drop(upload.hash)
        refuse(upload.streamID, of: upload.session, end)
    }

    // MARK: ListObjects, DropObject

    var objectList: Neurond_V1_ListObjectsReply {
        .with {
            $0.objects = objects.all.map { object in
                .with {
                    $0.hash = Data(object.hash)
                    $0.kind = Neurond_V1_ObjectKind(rawValue: object.kind) ?? .unspecified
                    $0.byteCount = UInt64(object.content.count)
                }
            }
        }
    }

    func dropObject(_ payload: [UInt8], _ streamID: UInt32, of session: ClientSession) {
        guard let request = try? Neurond_V1_DropObjectRequest(serializedBytes: payload) else {
            return refuse(
                streamID, of: session,
                EndMessage.failure(
                    .invalidArgument, "MALFORMED_MESSAGE", "not a DropObjectRequest"))
        }
        let hash = [UInt8](request.hash)
        guard objects.drop(hash) else {
            return refuse(
                streamID, of: session,
                EndMessage.failure(
                    .notFound, "UNKNOWN_OBJECT", "no object has this hash", field: "hash"))
        }
        drop(hash)
        session.answer(streamID, EndMessage.encode(Neurond_V1_DropObjectReply()))
    }

    /// Has the engines forget an object; that they do is not waited for.
    private func drop(_ hash: [UInt8]) {
        let request = Neurond_V1_DropObjectRequest.with { $0.hash = Data(hash) }
        let payload = EndMessage.encode(request)
        for link in engines where link.knownObjects.remove(hash) != nil {
            link.start(EngineCall(.dropObject, payload: payload) { _ in })
        }
    }
}
