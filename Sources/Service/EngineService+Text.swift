import Engine
import Foundation
import Messages
import SwiftProtobuf
import Tokenizer

extension EngineService {
    func tokenize(
        _ request: Neurond_V1_TokenizeRequest, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        let ids = try tokens(of: request.prompt, field: "prompt")
        try await sink.send(
            Neurond_V1_TokenizeReply.with {
                $0.ids = ids.map { UInt32($0) }
                $0.pieces = ids.map { Data(engine.model.tokenizer.piece($0)) }
            })
        return Neurond_V1_End()
    }

    func detokenize(
        _ request: Neurond_V1_DetokenizeRequest, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        let ids = try request.ids.map { try id($0, field: "ids") }
        let text = try engine.model.tokenizer.decode(ids, skipSpecial: !request.keepSpecial)
        try await sink.send(
            Neurond_V1_DetokenizeReply.with {
                $0.text = text
                $0.pieces = ids.map { Data(engine.model.tokenizer.piece($0)) }
            })
        return Neurond_V1_End()
    }
}
