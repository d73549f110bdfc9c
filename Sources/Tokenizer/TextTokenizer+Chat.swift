internal import StrictJSON

extension TextTokenizer {
    /// The template that came with the tokenizer, if one did.
    public var chatTemplate: ChatTemplate? { tables.specification.chatTemplate }

    /// The text of a conversation, special tokens spelled out.
    ///
    /// - Throws: `ChatError` if there is no template, it is not recognised, or it does not take
    ///   these messages.
    public func text(of chat: Chat) throws(ChatError) -> String {
        var text = ""
        for part in try parts(of: chat) {
            switch part {
            case .text(let content), .mark(let content): text += content
            case .bos: text += bosID.map(name) ?? ""
            case .eos: text += eosIDs.first.map(name) ?? ""
            }
        }
        return text
    }

    /// The tokens of a conversation.
    ///
    /// The template's own marks become special tokens; the contents of messages never do, whatever
    /// they spell. (Where transformers tokenizes the rendered text as a whole, a message can close
    /// its own turn and open another's.) Added tokens that are not special are recognised
    /// everywhere, as in any text.
    ///
    /// - Throws: `ChatError`, as `text(of:)`.
    public func encode(_ chat: Chat) throws(ChatError) -> [Int32] {
        var encoder = TextEncoder(tables)
        var pending: [UInt8] = []
        var isAtStart = true
        var stripsStart = false
        func flush(beforeTokenThatStrips strips: Bool) {
            if strips { pending = Array(String(decoding: pending, as: UTF8.self).trimmedEnd.utf8) }
            guard !pending.isEmpty else { return }
            encoder.encode(sectionsOf: pending, isAtStart: isAtStart, parseSpecial: false)
            isAtStart = false
            pending = []
        }
        for part in try parts(of: chat) {
            guard let id = token(of: part) else {
                var text = spelling(of: part)
                if stripsStart, pending.isEmpty { text = text.trimmedStart }
                pending += text.utf8
                continue
            }
            let added = tables.specification.addedTokens.first { $0.id == id }
            flush(beforeTokenThatStrips: added?.stripsLeft ?? false)
            encoder.ids.append(id)
            isAtStart = false
            stripsStart = added?.stripsRight ?? false
        }
        flush(beforeTokenThatStrips: false)
        return encoder.ids
    }

    private func parts(of chat: Chat) throws(ChatError) -> [ChatPart] {
        guard let template = chatTemplate else { throw .noTemplate }
        guard let form = template.form else { throw .unknownTemplate(digest: template.digest) }
        return try form.parts(of: chat)
    }

    private func token(of part: ChatPart) -> Int32? {
        switch part {
        case .text: nil
        case .bos: bosID
        case .eos: eosIDs.first
        case .mark(let name): tables.addedIDs[Array(name.utf8)]
        }
    }

    /// What a part is as text, where it is no token.
    private func spelling(of part: ChatPart) -> String {
        switch part {
        case .text(let content), .mark(let content): content
        case .bos, .eos: ""
        }
    }
}

extension String {
    fileprivate var trimmedStart: String { trimmed(atEnd: false) { $0.properties.isWhitespace } }
    fileprivate var trimmedEnd: String { trimmed(atStart: false) { $0.properties.isWhitespace } }
}
