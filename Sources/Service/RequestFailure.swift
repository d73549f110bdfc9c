import Engine
import Hooks
import Messages
import ModelFile
import SwiftProtobuf
import Tokenizer

/// An error on its way into an END message.
struct RequestFailure: Error {
    var status: Neurond_V1_Status

    init(
        _ code: Neurond_V1_StatusCode, _ reason: String, _ message: String, field: String = "",
        asked: Int? = nil, limit: Int? = nil
    ) {
        status = .with {
            $0.code = code
            $0.reason = reason
            $0.message = message
            $0.field = field
            $0.asked = UInt64(max(0, asked ?? 0))
            $0.limit = UInt64(max(0, limit ?? 0))
        }
    }

    /// Any error a request can meet, as a status.
    init(_ error: any Error, field: String = "") {
        switch error {
        case let failure as RequestFailure:
            self = failure
        case let failure as JobFailure:
            self.init(failure.error, field: field)
        case let error as EngineError:
            self.init(
                error.kind.statusCode, error.reason, error.message, field: field,
                asked: error.asked, limit: error.limit)
            if error.kind == .resourceExhausted { status.retryAfterMs = 1000 }
        case let error as HookError:
            self.init(
                error.statusCode, error.reason,
                "\(error)", field: field.isEmpty ? "hooks" : field)
        case let error as TokenizerError:
            self.init(.invalidArgument, "TOKENIZER", "\(error)", field: field)
        case let error as ModelFileError:
            self.init(.invalidArgument, "OBJECT_UNREADABLE", "\(error)", field: field)
        case let error as BinaryDecodingError:
            self.init(
                .invalidArgument, "MALFORMED_MESSAGE",
                "the request is not the protobuf message of its method: \(error)")
        case is CancellationError:
            self.init(.cancelled, "CANCELLED", "the request was cancelled")
        default:
            self.init(.internal, "INTERNAL", "\(error)", field: field)
        }
    }
}

extension HookError {
    fileprivate var statusCode: Neurond_V1_StatusCode {
        if case .object = cause { return .notFound }
        return isOutOfRange ? .outOfRange : .invalidArgument
    }
}

extension EngineError.Kind {
    var statusCode: Neurond_V1_StatusCode {
        switch self {
        case .invalidArgument: .invalidArgument
        case .outOfRange: .outOfRange
        case .notFound: .notFound
        case .resourceExhausted: .resourceExhausted
        case .deadlineExceeded: .deadlineExceeded
        case .cancelled: .cancelled
        case .failure: .internal
        }
    }
}
