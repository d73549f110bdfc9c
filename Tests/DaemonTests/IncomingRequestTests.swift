import Foundation
import Messages
import SwiftProtobuf
import Testing
import Wire

@testable import Daemon

/// What the supervisor reads of a request before an engine does.
@Suite("Incoming requests")
struct IncomingRequestTests {
    private func itemCount(_ method: Wire.Method, _ request: some Message) throws -> Int {
        IncomingRequest(
            method: method, payload: try request.serializedBytes(),
            options: ReceivedOptions(requestID: "", model: "", lane: nil, deadline: nil)
        ).itemCount
    }

    @Test("items of lists are counted, whatever else the request has")
    func items() throws {
        let prompt = Neurond_V1_Prompt.with { $0.text = "a" }
        for count in [0, 1, 300] {
            let forward = Neurond_V1_ForwardRequest.with {
                $0.items = Array(repeating: .with { $0.prompt = prompt }, count: count)
                $0.topK = 3
            }
            #expect(try itemCount(.forward, forward) == max(1, count))
            let generate = Neurond_V1_GenerateRequest.with {
                $0.items = Array(repeating: .with { $0.prompt = prompt }, count: count)
                $0.stop = ["a", "b"]
                $0.adapter = .init(repeating: 7, count: 32)
            }
            #expect(try itemCount(.generate, generate) == max(1, count))
        }
        let single = Neurond_V1_GenerateRequest.with { $0.prompt = prompt }
        #expect(try itemCount(.generate, single) == 1)
        #expect(try itemCount(.tokenize, Neurond_V1_TokenizeRequest()) == 1)
    }
}
