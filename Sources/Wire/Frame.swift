/// One frame: a checked header and its payload, still bytes.
public struct Frame: Equatable, Sendable {
    /// The checked header.
    public private(set) var header: FrameHeader
    /// The payload, exactly `header.payloadByteCount` bytes.
    public let payload: [UInt8]

    /// A frame from its parts; the header's length is that of the payload.
    public init(
        _ kind: FrameKind, streamID: UInt32 = 0, flags: FrameFlags = [], method: UInt16 = 0,
        payload: [UInt8] = []
    ) {
        self.header = FrameHeader(
            payloadByteCount: payload.count, kind: kind, flags: flags, method: method,
            streamID: streamID)
        self.payload = payload
    }

    init(header: FrameHeader, payload: [UInt8]) {
        precondition(header.payloadByteCount == payload.count, "header and payload disagree")
        self.header = header
        self.payload = payload
    }

    /// What the frame is.
    public var kind: FrameKind { header.kind }
    /// The stream that it belongs to.
    public var streamID: UInt32 { header.streamID }
    /// Whether the client has nothing more to say on the stream.
    public var isLast: Bool { header.flags.contains(.last) }
    /// Method number; not 0 on REQUEST only.
    public var method: UInt16 { header.method }

    /// The same frame on another stream, payload shared.
    ///
    /// This is all a relay has to do.
    public func onStream(_ streamID: UInt32) -> Frame {
        var copy = self
        copy.header.streamID = streamID
        return copy
    }
}

/// Turns frames into bytes.
///
/// Whether a frame may be sent now is ``Connection``'s business.
public enum FrameEncoder {
    /// Appends `frame` to `output`.
    public static func encode(_ frame: Frame, into output: inout [UInt8]) {
        output.reserveCapacity(output.count + FrameHeader.byteCount + frame.payload.count)
        frame.header.encode(into: &output)
        output.append(contentsOf: frame.payload)
    }

    /// The bytes of one frame.
    public static func encode(_ frame: Frame) -> [UInt8] {
        var output: [UInt8] = []
        encode(frame, into: &output)
        return output
    }
}
