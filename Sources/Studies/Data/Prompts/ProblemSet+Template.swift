extension ProblemSet {
    /// The name of the template that suits the set where nothing else is said.
    ///
    /// A set of the own shape is put as its first problem's rule says; rules that judge how a
    /// continuation begins belong to problems that are whole prompts.
    package var defaultTemplate: String {
        switch problems.first?.rule ?? .fixed {
        case .number, .final, .next, .choice, .likelihood: "verbatim"
        case .ryLegacy, .fixed: "number-8shot"
        case .boxed: "boxed-chat"
        case .letter: "letter-chat"
        case .yesNo: "yes-no-chat"
        }
    }
}
