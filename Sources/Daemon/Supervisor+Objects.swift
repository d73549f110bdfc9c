import FoundationEssentials
import Messages
import Supervision
import SwiftProtobuf
import Wire

extension Supervisor {
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
        for upload in uploads where upload.isWhole { give(upload, to: link) }
    }

    func give(_ upload: ObjectUpload, to link: EngineLink) {
        upload.awaited += 1
        link.knownObjects.insert(upload.hash)
        let call = Self.uploadCall(kind: upload.kind, upload.content) { [weak self] outcome in
            self?.didGive(upload, outcome)
        }
        link.start(call)
        keepHouse()
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
        guard uploads.contains(where: { $0 === upload }) else { return settle(upload) }
        switch outcome {
        case .ended(_, let end):
            guard EndMessage.status(of: end)?.code == .ok else { return reject(upload, end) }
            upload.hasBeenAccepted = true
        case .refused(let reason):
            return reject(upload, EndMessage.failure(.internal, "RELAY_FAILED", reason))
        case .engineDied(let isCrash, _):
            upload.deathCount += isCrash ? 1 : 0
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
        let outcome = objects.put(
            upload.content, hash: upload.hash, kind: upload.kind, owner: upload.session.identity)
        forget(upload)
        switch outcome {
        case .stored, .existed:
            let reply = Self.putReply(upload.hash, existed: outcome == .existed)
            upload.session.answer(upload.streamID, reply)
        case .bytesExceeded, .countExceeded:
            refuse(upload.streamID, of: upload.session, Self.objectsFull(upload.byteCount, objects))
        }
    }

    // MARK: ListObjects, DropObject

    func objectList(for session: ClientSession) -> Neurond_V1_ListObjectsReply {
        .with {
            $0.objects = objects.owned.map { object in
                .with {
                    $0.hash = Data(object.hash)
                    $0.kind = Neurond_V1_ObjectKind(rawValue: object.kind) ?? .unspecified
                    $0.byteCount = UInt64(object.content.count)
                    $0.mine = object.owners.contains(session.identity)
                }
            }
        }
    }

    func dropObject(_ payload: [UInt8], _ streamID: UInt32, of session: ClientSession) {
        guard let request = try? Neurond_V1_DropObjectRequest(serializedBytes: payload) else {
            return refuse(streamID, of: session, Refusals.malformed("not a DropObjectRequest"))
        }
        let hash = [UInt8](request.hash)
        let identity = session.role == .admin ? nil : session.identity
        switch objects.drop(hash, by: identity, newest: ledger.newest) {
        case .unknown: return refuse(streamID, of: session, Refusals.unknownObject)
        case .notOwned: return refuse(streamID, of: session, Refusals.notOwner)
        case .kept, .dropped: break
        }
        sweepObjects()
        session.answer(streamID, EndMessage.encode(Neurond_V1_DropObjectReply()))
    }

    /// Lets go what was dropped, once no request is open that may name it and run again.
    func sweepObjects() {
        guard objects.hasDropped else { return }
        for hash in objects.sweep(oldest: ledger.oldest) { drop(hash) }
    }

    /// Has the engines forget an object; that they do is not waited for.
    func drop(_ hash: [UInt8]) {
        let request = Neurond_V1_DropObjectRequest.with { $0.hash = Data(hash) }
        let payload = EndMessage.encode(request)
        for link in engines where link.knownObjects.remove(hash) != nil {
            link.start(EngineCall(.dropObject, payload: payload) { _ in })
        }
    }
}
