/// What a value of `tokenizer.ggml.pre` says about a byte-level tokenizer.
///
/// The names stand for the vocabularies that they were first given to; a name that is not in the
/// table is refused, since a text cut otherwise than in training gives other tokens.
struct GGUFPreTokenizer {
    /// How texts are cut, one step after the other.
    let patterns: [SplitPattern]
    /// Whether the name alone implies a beginning of text.
    var impliesBOS = false
    /// Whether a piece that is a token as a whole is taken as it is.
    var ignoresMerges = false
    /// Whether the vocabulary's own tokenizer composes canonically first.
    var composes = false

    /// The rules under a name, or nil for an unknown one.
    init?(named name: String) {
        guard let known = Self.table[name] else { return nil }
        self = known
    }

    private init(
        _ patterns: [SplitPattern], impliesBOS: Bool = false, ignoresMerges: Bool = false,
        composes: Bool = false
    ) {
        self.patterns = patterns
        self.impliesBOS = impliesBOS
        self.ignoresMerges = ignoresMerges
        self.composes = composes
    }

    /// The names that are served, in order.
    static let names = table.keys.sorted()

    private static let table: [String: Self] = {
        let digits: [SplitPattern] = [.anyNumber, .gpt2]
        let llama3 = Self([.llama3], impliesBOS: true, ignoresMerges: true)
        let qwen2 = Self([.qwen2], composes: true)
        let deepseek3: [SplitPattern] = [.upToThreeNumbers, .deepseek3Ideographs, .deepseek3Words]
        let groups: [(Self, [String])] = [
            (
                Self([.gpt2]),
                ["gpt-2", "phi-2", "jais", "trillion", "gigachat", "mellum", "exaone4"]
            ),
            (Self([.plainPunctuation, .gpt2, .numberRun, .threeDigits]), ["default"]),
            (Self([.gpt2], composes: true), ["mpt", "olmo"]),
            (Self(digits), ["starcoder", "refact", "smollm", "codeshell", "exaone", "minerva-7b"]),
            (Self(digits, composes: true), ["command-r"]),
            (llama3, ["llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral", "lfm2"]),
            (Self([.llama3]), ["dbrx", "smaug-bpe", "chatglm-bpe"]),
            (Self([.llama3], ignoresMerges: true), ["glm4"]),
            (qwen2, ["qwen2", "deepseek-r1-qwen", "megrez"]),
            (Self([.qwen2]), ["stablelm2", "hunyuan", "grok-2"]),
            (Self([.qwen35], composes: true), ["qwen35"]),
            (Self([.gpt4o]), ["gpt-4o", "llama4"]),
            (Self([.tekken], impliesBOS: true, ignoresMerges: true), ["tekken"]),
            (Self([.bailing]), ["bailingmoe", "bailingmoe2"]),
            (Self([.seedCoder]), ["seed-coder"]),
            (Self([.bloom]), ["bloom", "poro-chat", "gpt3-finnish"]),
            (Self([.bloom, .anyNumber]), ["viking"]),
            (Self([.falconPunctuation, .gpt2, .threeDigits]), ["falcon"]),
            (
                Self([
                    .lineEnd, .deepseekLetters, .deepseekSigns, .trailingSpace,
                    .deepseekIdeographs, .numberRun,
                ]), ["deepseek-llm"]
            ),
            (
                Self([
                    .lineEnd, .letterWord, .punctuationWord, .deepseekIdeographs, .anyNumber,
                ]), ["deepseek-coder"]
            ),
            (Self(deepseek3), ["deepseek-v3", "hunyuan-dense"]),
        ]
        return Dictionary(
            uniqueKeysWithValues: groups.flatMap { rules, names in names.map { ($0, rules) } })
    }()
}
