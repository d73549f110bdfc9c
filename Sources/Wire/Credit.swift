/// Credit that the peer gave us: how much we may still send.
///
/// A frame may be sent while the credit is above zero, whatever the frame's size; the credit then
/// falls, below zero if need be. So a frame is never cut to fit a window, frame sequences do not
/// depend on the pace of the reader, and a small window cannot deadlock a large frame. What a
/// receiver must be ready to hold is its window plus one frame.
struct SendCredit: Equatable, Sendable {
    private(set) var byteCount: Int

    init(_ byteCount: Int) { self.byteCount = byteCount }

    var isOpen: Bool { byteCount > 0 }

    mutating func spend(_ count: Int) { byteCount -= count }

    /// Adds a WINDOW's increment; false when that is zero or lifts the credit over the maximum.
    mutating func grant(_ increment: UInt32) -> Bool {
        let sum = byteCount + Int(increment)
        guard increment > 0, sum <= Limits.maximumWindowByteCount else { return false }
        byteCount = sum
        return true
    }
}

/// Credit that we gave the peer, and what of it we have not given back yet.
struct ReceiveCredit: Equatable, Sendable {
    /// Credit at the start, and the most that is ever outstanding.
    let window: Int
    /// What the peer may still send.
    private(set) var remaining: Int
    /// Consumed by us and not yet announced.
    private(set) var unannounced = 0

    init(window: Int) {
        self.window = window
        remaining = window
    }

    /// Bytes delivered and not yet consumed.
    var held: Int { window - remaining - unannounced }

    /// Takes the cost of a frame; false when the peer had no credit.
    mutating func charge(_ count: Int) -> Bool {
        guard remaining > 0 || count == 0 else { return false }
        remaining -= count
        return true
    }

    /// Notes consumed bytes; returns an increment once half the window is owed.
    mutating func consume(_ count: Int) -> UInt32? {
        precondition(count >= 0 && count <= held, "consumed \(count) bytes of \(held) held")
        unannounced += count
        guard unannounced > 0, unannounced * 2 >= window else { return nil }
        defer { unannounced = 0 }
        remaining += unannounced
        return UInt32(unannounced)
    }
}
