// Wire: the neurond protocol without a socket.
//
// What it is: frames, their codec, credit windows and the state of one connection, seen from
// either side. Bytes go in (`Connection.receive`), events come out (`Connection.nextEvent`); calls
// that send go in, bytes come out (`Connection.takeOutput`). The normative text is
// Proto/PROTOCOL.md; where this module and that text differ, one of them has a bug.
//
// What it must never know: file descriptors, clocks, threads, and the messages inside MESSAGE,
// REQUEST and END payloads. Time-outs belong to whoever owns the socket; a payload is bytes here.
// That is what makes relaying a frame from one connection to another a change of one header field.
//
// Read first: `FrameHeader` (what is checked before a byte of body is kept), `Connection` (phases,
// and which frame is legal when), `StreamState` (the life of one stream).

/// Constants that name the protocol itself.
public enum WireProtocol {
    /// The lowest protocol version that this module speaks.
    public static let lowestVersion: UInt16 = 1

    /// The highest protocol version that this module speaks.
    public static let highestVersion: UInt16 = 1

    /// The four bytes that open every HELLO payload, in every version.
    public static let magic: [UInt8] = [0x4E, 0x52, 0x4E, 0x44]
}
