import EventLoop
import Wire

extension ConnectOptions {
    /// The token that a user has given, in the order in which programs should look for it.
    ///
    /// - Parameters:
    ///   - path: a file named on the command line, if any; it is used before all variables.
    ///   - environment: `NEUROND_TOKEN` holds the token, else `NEUROND_TOKEN_FILE` names a file
    ///     that holds it. Empty ones count as not set.
    /// - Returns: the token, or nil where none is given.
    /// - Throws: ``NeurondError`` for a file that cannot be read, holds other than one word, or
    ///   that others may read.
    public static func token(
        file path: String?, environment: [String: String]
    ) throws(NeurondError) -> String? {
        if let path { return try token(inFile: path) }
        if let token = environment["NEUROND_TOKEN"], !token.isEmpty { return token }
        guard let path = environment["NEUROND_TOKEN_FILE"], !path.isEmpty else { return nil }
        return try token(inFile: path)
    }

    private static func token(inFile path: String) throws(NeurondError) -> String {
        let file: SmallFile
        do throws(SmallFile.Refusal) {
            file = try SmallFile(path: path, limit: Limits.tokenFileByteCount)
        } catch {
            throw refusal(path, error.description)
        }
        guard file.mode & 0o077 == 0 else {
            throw refusal(path, "others may read it; accepted: mode 600 or 400")
        }
        let text = String(decoding: file.bytes, as: UTF8.self)
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1 else {
            throw refusal(path, "it holds \(words.count) words; accepted: the token alone")
        }
        return String(words[0])
    }

    private static func refusal(_ path: String, _ why: String) -> NeurondError {
        NeurondError(
            origin: .local, code: .invalidArgument, reason: "TOKEN_FILE",
            message: "the token's file \(path): \(why)")
    }
}
