import Crypto
import FoundationEssentials
import StrictJSON

extension ContentHash {
    /// The SHA-256 of bytes.
    public init(hashing bytes: [UInt8]) {
        self.init(digest: SHA256.hash(data: bytes))
    }

    /// The 32 bytes of the SHA-256 of bytes, for those who need no text.
    public static func digest(of bytes: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: bytes))
    }

    /// The hash whose 32 bytes these are.
    ///
    /// - Returns: nil for any other number of bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == SHA256.byteCount else { return nil }
        self.init(digest: bytes)
    }

    /// The 32 bytes of the hash.
    public var bytes: [UInt8] {
        let digits = Array(hex.utf8).compactMap(Hexadecimal.value)
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private init(digest: some Sequence<UInt8>) {
        self.init(validated: Hexadecimal.text(digest))
    }
}
