import Foundation
import TestSupport
import Testing

@testable import NeurondClient

@Suite struct TokenSourceTests {
    /// A file with these bytes and permissions.
    private func withFile(
        _ text: String, mode: Int = 0o600, _ body: (String) throws -> Void
    ) throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("token", text)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        try body(file)
    }

    /// What is found, or the reason why nothing is.
    private func token(_ path: String?, _ environment: [String: String]) -> String? {
        do throws(NeurondError) {
            return try ConnectOptions.token(file: path, environment: environment)
        } catch {
            return error.reason
        }
    }

    @Test func theOptionComesBeforeTheVariablesAndTheTokenBeforeItsFile() throws {
        try withFile("from-option\n") { option in
            try withFile(" from-file ") { path in
                var environment = ["NEUROND_TOKEN_FILE": path]
                #expect(token(nil, environment) == "from-file")
                environment["NEUROND_TOKEN"] = "from-variable"
                #expect(token(nil, environment) == "from-variable")
                #expect(token(option, environment) == "from-option")
            }
        }
        let silent = ["NEUROND_TOKEN": "", "NEUROND_TOKEN_FILE": ""]
        #expect(token(nil, silent) == nil)
    }

    @Test(arguments: [("", 0o600), ("two words", 0o600), ("t", 0o644), ("t", 0o640)])
    func aFileThatHoldsNoTokenOrThatOthersReadIsRefused(text: String, mode: Int) throws {
        try withFile(text, mode: mode) { path in
            #expect(token(path, [:]) == "TOKEN_FILE")
        }
    }

    @Test func aFileThatIsNotThereIsRefused() {
        #expect(token("/absent", ["NEUROND_TOKEN": "x"]) == "TOKEN_FILE")
    }
}
