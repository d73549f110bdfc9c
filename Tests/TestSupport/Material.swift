import Foundation
public import Testing

/// Third-party files that tests use when they are there.
public enum Material {
    /// The folder named by `NEUROND_MATERIAL`, else the one beside the repository; nil if absent.
    private static let root: String? = {
        let path =
            ProcessInfo.processInfo.environment["NEUROND_MATERIAL"]
            ?? TestData.packageRoot.appending(path: "../shared/material").standardized.path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    /// Skips a test, saying so, when the material is absent.
    public static var isPresent: ConditionTrait {
        .enabled(if: root != nil, "the third-party material is absent (set NEUROND_MATERIAL)")
    }

    /// The path of a file or folder of the material.
    ///
    /// - Throws: when the material is absent.
    public static func path(_ name: String) throws -> String {
        try #require(root) + "/" + name
    }

    /// The names in a folder of the material, sorted; empty when the material is absent.
    public static func names(in folder: String) -> [String] {
        guard let root else { return [] }
        let names = try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")
        return (names ?? []).sorted()
    }
}
