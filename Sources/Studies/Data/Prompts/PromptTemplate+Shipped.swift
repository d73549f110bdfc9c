extension PromptTemplate {
    /// The templates that come with the program, as the texts of their files.
    package static let shipped: [String: String] = [
        "verbatim": verbatim, "boxed-chat": boxedChat, "boxed-text": boxedText,
        "number-chat": numberChat, "number-8shot": numberShots, "letter-chat": letterChat,
        "yes-no-chat": yesNoChat,
    ]

    /// For problems that are whole prompts, such as the bundled model's.
    private static let verbatim = #"""
        +++
        form = "text"
        gold = "{solution}"
        stop = ["\n"]
        max_tokens = 130
        +++
        {question}

        """#

    /// Mathematics for models that hold conversations.
    private static let boxedChat = #"""
        +++
        form = "chat"
        gold = "{solution}"
        max_tokens = 1024
        +++
        {question}

        Reason step by step. Put the final answer, and nothing else, within \boxed{}.

        """#

    /// Mathematics for models that only continue texts.
    private static let boxedText = #"""
        +++
        form = "text"
        gold = " {solution}"
        stop = ["\nProblem:"]
        max_tokens = 1024
        +++
        Below is a problem with its solution. The final answer stands within \boxed{}.

        Problem: {question}

        Solution:

        """#

    /// Word problems for models that hold conversations.
    private static let numberChat = #"""
        +++
        form = "chat"
        gold = "{solution}\nThe answer is {answer}."
        max_tokens = 512
        +++
        {question}

        Reason step by step, and end with one line "The answer is N." with the number for N.

        """#

    /// Multiple choice.
    private static let letterChat = #"""
        +++
        form = "chat"
        gold = "The answer is ({answer})."
        max_tokens = 256
        +++
        {question}

        {choices}

        Reason in a sentence or two, and end with one line "The answer is (X)." with the letter \#
        for X.

        """#

    /// Questions of yes or no.
    private static let yesNoChat = #"""
        +++
        form = "chat"
        gold = "The answer is {answer}."
        max_tokens = 256
        +++
        {question}

        Reason in a sentence or two, and end with one line "The answer is yes." or \#
        "The answer is no."

        """#
}
