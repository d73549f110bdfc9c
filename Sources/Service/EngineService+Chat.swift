import Engine
import Foundation
import Messages
import Tokenizer

extension EngineService {
    /// Ids of a conversation, as the model's chat template renders it.
    ///
    /// - Throws: `RequestFailure` if there is no template that is rendered, or it does not take
    ///   these messages.
    func tokens(of chat: Neurond_V1_Chat, field: String) throws -> [Int32] {
        guard chat.messages.count <= ServiceLimits.chatMessages else {
            throw RequestFailure(
                .outOfRange, "TOO_MANY_MESSAGES",
                "\(chat.messages.count) messages; accepted: 1 to \(ServiceLimits.chatMessages)",
                field: field, asked: chat.messages.count, limit: ServiceLimits.chatMessages)
        }
        let conversation = Chat(
            chat.messages.map { Chat.Message(role: $0.role, content: $0.content) },
            addsGenerationPrompt: !chat.omitGenerationPrompt,
            date: chat.date.isEmpty ? nil : chat.date, today: Self.today)
        do throws(ChatError) {
            return try engine.model.tokenizer.encode(conversation)
        } catch {
            throw Self.failure(error, field: field)
        }
    }

    private static func failure(_ error: ChatError, field: String) -> RequestFailure {
        switch error {
        case .noTemplate, .unknownTemplate:
            RequestFailure(.failedPrecondition, "NO_CHAT_TEMPLATE", "\(error)", field: field)
        case .badMessages:
            RequestFailure(.invalidArgument, "CHAT_MESSAGES", "\(error)", field: field)
        }
    }

    /// Today as templates write it: 26 Jul 2024.
    private static var today: String {
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .current
        let date = calendar.dateComponents([.year, .month, .day], from: Date())
        guard let year = date.year, let month = date.month, let day = date.day,
            months.indices.contains(month - 1)
        else { return "" }
        return "\(day < 10 ? "0" : "")\(day) \(months[month - 1]) \(year)"
    }
}
