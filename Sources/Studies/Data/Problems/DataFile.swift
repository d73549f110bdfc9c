internal import Crypto
internal import Foundation
internal import StrictJSON

/// Files that hold data.
enum DataFile {
    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    /// All bytes of a file that has at most `limit`.
    static func read(_ path: String, limit: Int) throws(DataError) -> [UInt8] {
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? handle.close() }
            // One byte more than is accepted tells a file that is too long.
            let data = try handle.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else {
                throw DataError(path, "has more than \(limit) bytes, which are the limit")
            }
            return Array(data)
        } catch let error as DataError {
            throw error
        } catch {
            throw DataError(path, "cannot be read: \(error.localizedDescription)")
        }
    }

    /// Names in a folder, numbers before words and in numeric order.
    static func names(in folder: String) throws(DataError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted {
                let (one, other) = (stem(of: $0), stem(of: $1))
                switch (Int(one), Int(other)) {
                case (let one?, let other?) where one != other: return one < other
                case (nil, nil), (_?, _?): return $0 < $1
                case (let one, _): return one != nil
                }
            }
        } catch {
            throw DataError(folder, "cannot be read: \(error.localizedDescription)")
        }
    }

    /// `test` of `gsm8k/test.jsonl`.
    static func stem(of path: String) -> String {
        URL(filePath: path).deletingPathExtension().lastPathComponent
    }

    static func digest(of bytes: [UInt8]) -> String {
        Hexadecimal.text(SHA256.hash(data: bytes))
    }
}
