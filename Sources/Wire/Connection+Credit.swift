extension Connection {
    /// Gives credit back for data that has been dealt with.
    ///
    /// Call it for the payload of every ``Event/message(_:)`` and ``Event/tensor(_:)``, also when
    /// the stream has ended meanwhile: the connection's credit is owed all the same. The WINDOW
    /// goes out when half a window is owed, so that credit costs few frames.
    public mutating func consumed(_ byteCount: Int, on streamID: UInt32) {
        guard phase != .closed else { return }
        if let increment = streams[streamID]?.receiveCredit.consume(byteCount),
            peerMaySendData(on: streamID)
        {
            emitWindow(increment, streamID: streamID)
        }
        returnCredit(byteCount)
    }

    /// Gives the connection's credit back for data that nobody will look at.
    mutating func returnCredit(_ byteCount: Int) {
        if let increment = receiveCredit.consume(byteCount) { emitWindow(increment, streamID: 0) }
    }

    private func peerMaySendData(on streamID: UInt32) -> Bool {
        guard let phase = streams[streamID]?.phase else { return false }
        return role == .server ? phase == .open : phase != .discarding
    }

    private mutating func emitWindow(_ increment: UInt32, streamID: UInt32) {
        var payload: [UInt8] = []
        payload.appendLittleEndian(increment)
        emit(Frame(.window, streamID: streamID, payload: payload))
    }
}
