public import Foundation

/// Where the package and the test data in it lie.
public enum TestData {
    public static let packageRoot = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    public static let fixtures = packageRoot.appending(path: "Tests/Fixtures")
}
