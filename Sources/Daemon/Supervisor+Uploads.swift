import FoundationEssentials
import Messages
import Supervision
import SwiftProtobuf
import Wire

// PutObject, in the order in which things happen: it is announced, and refused at once where
// there is no room (beginUpload) → content arrives (receive) → it is whole and given to the
// engines (finish) → they accept it (store) or it ends early (reject, forget).

extension Supervisor {
    // MARK: Arrival

    func beginUpload(_ frame: Frame, _ options: ReceivedOptions, of session: ClientSession) {
        guard let request = try? Neurond_V1_PutObjectRequest(serializedBytes: frame.payload) else {
            return refuse(frame.streamID, of: session, Self.malformedUpload)
        }
        let limit = Supervision.Limits.largestObjectByteCount
        guard request.byteCount <= UInt64(limit) else {
            return refuse(
                frame.streamID, of: session,
                EndMessage.failure(
                    .outOfRange, "OBJECT_TOO_LARGE",
                    "an object of \(request.byteCount) bytes; at most \(limit) are accepted",
                    field: "byte_count", asked: Int(clamping: request.byteCount), limit: limit))
        }
        let byteCount = Int(request.byteCount)
        let identity = session.identity
        let used = uploads.reduce(objects.byteCount(of: identity)) {
            $0 + ($1.session.identity == identity ? $1.byteCount : 0)
        }
        let quota = queue.quotas.quota(of: identity).objectBytes
        if let end = Refusals.objectQuota(byteCount, used: used, limit: quota) {
            return refuse(frame.streamID, of: session, end)
        }
        guard objects.reserve(byteCount: byteCount) else {
            return refuse(frame.streamID, of: session, Self.objectsFull(byteCount, objects))
        }
        let upload = ObjectUpload(
            key: ledger.add(deadline: options.deadline), session: session,
            streamID: frame.streamID, kind: request.kind.rawValue, byteCount: byteCount)
        uploads.append(upload)
        session.uploads[frame.streamID] = upload
        if options.deadline != nil { scheduleDeadlines() }
        append(request.content, to: upload, isLast: frame.isLast)
    }

    func receive(_ frame: Frame, of upload: ObjectUpload) {
        guard frame.kind == .message,
            let chunk = try? Neurond_V1_PutObjectChunk(serializedBytes: frame.payload)
        else { return reject(upload, Self.malformedUpload) }
        append(chunk.content, to: upload, isLast: frame.isLast)
    }

    private func append(_ part: Data, to upload: ObjectUpload, isLast: Bool) {
        let isFitting = upload.append(part)
        guard isFitting, !isLast || upload.finish() else {
            let count = upload.content.count + (isFitting ? 0 : part.count)
            return reject(
                upload,
                EndMessage.failure(
                    .invalidArgument, "OBJECT_LENGTH",
                    "\(count) bytes came, \(upload.byteCount) were announced",
                    field: "byte_count", asked: count, limit: upload.byteCount))
        }
        if isLast { finish(upload) }
    }

    private func finish(_ upload: ObjectUpload) {
        if objects.claim(upload.hash, by: upload.session.identity) {
            forget(upload)
            let reply = Self.putReply(upload.hash, existed: true)
            return upload.session.answer(upload.streamID, reply)
        }
        for link in engines where link.isReady { give(upload, to: link) }
    }

    // MARK: The end

    /// Ends an upload that is not stored.
    func reject(_ upload: ObjectUpload, _ end: [UInt8]) {
        forget(upload)
        refuse(upload.streamID, of: upload.session, end)
    }

    /// Takes an upload out of the books; its END is the caller's.
    func forget(_ upload: ObjectUpload) {
        uploads.removeAll { $0 === upload }
        upload.session.uploads[upload.streamID] = nil
        ledger.end(upload.key)
        if ledger.nextDeadline == nil { scheduleDeadlines() }
        settle(upload)
    }

    /// Gives the room back once no engine is being given the content any more, and has the
    /// engines forget what neither is stored nor comes from another client.
    func settle(_ upload: ObjectUpload) {
        guard upload.awaited == 0, !upload.isSettled else { return }
        upload.isSettled = true
        objects.release(byteCount: upload.byteCount)
        guard upload.isWhole, !objects.contains(upload.hash),
            !uploads.contains(where: { $0.hash == upload.hash })
        else { return }
        drop(upload.hash)
    }

    // MARK: Messages

    static func objectsFull(_ byteCount: Int, _ objects: ObjectTable) -> [UInt8] {
        let limit = Supervision.Limits.objectByteCount
        // Other uploads may fail and make room; what is stored goes only when it is dropped.
        let mayPass = objects.reservedByteCount > 0
        let retry = mayPass ? Supervision.Limits.queueRetryAfterMilliseconds : 0
        return EndMessage.failure(
            .resourceExhausted, "OBJECTS_FULL",
            "the daemon keeps at most \(Supervision.Limits.objectCount) objects of "
                + "\(limit) bytes in all, uploads included; drop some",
            asked: objects.byteCount + objects.reservedByteCount + byteCount, limit: limit,
            retryAfterMilliseconds: retry)
    }

    private static var malformedUpload: [UInt8] {
        Refusals.malformed("not a PutObjectRequest followed by PutObjectChunk messages")
    }

    static func putReply(_ hash: [UInt8], existed: Bool) -> [UInt8] {
        EndMessage.encode(
            Neurond_V1_PutObjectReply.with {
                $0.hash = Data(hash)
                $0.existed = existed
            })
    }
}
