import Engine
import Messages
import SwiftProtobuf
import Testing

@testable import Service

/// What a supervisor writes into a request decides on whose account it runs.
@Suite("Admission")
struct AdmissionTests {
    @Test("a request's admission is its job's share")
    func share() async throws {
        let test = try TestService()
        let options = Neurond_V1_RequestOptions.with {
            $0.admission.share = 42
            $0.admission.weight = 3
            $0.admission.lane = .bulk
        }
        let expected = JobShare(identifier: 42, weight: 3, lane: .bulk)
        let prompt = Neurond_V1_Prompt.ids([1, 2, 3])
        let forward = try await test.service.prepareForward(
            .with {
                $0.options = options
                $0.items = [.with { $0.prompt = prompt }]
            })
        let score = try await test.service.prepareScore(
            .with {
                $0.options = options
                $0.items = [
                    .with {
                        $0.prompt = prompt
                        $0.continuation = .ids([4])
                    }
                ]
            })
        let generate = try await test.service.prepareGenerate(
            .with {
                $0.options = options
                $0.prompt = prompt
                $0.maxTokens = 1
            })
        #expect((forward + score + generate).map(\.job.share) == [expected, expected, expected])
    }

    @Test("without one, everything is of one share and interactive")
    func none() throws {
        #expect(JobShare(Neurond_V1_RequestOptions()) == JobShare())
        // A client's own wish says nothing here: the supervisor decides.
        #expect(JobShare(.with { $0.lane = .bulk }) == JobShare())
    }
}
