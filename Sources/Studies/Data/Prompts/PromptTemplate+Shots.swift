extension PromptTemplate {
    /// Word problems after eight solved ones, for models that only continue texts.
    static let numberShots = #"""
        +++
        form = "text"
        gold = "{solution} The answer is {answer}."
        stop = ["\n\nQuestion:", "\nQuestion:"]
        max_tokens = 320
        collapse_whitespace = true

        [[exemplars]]
        question = "A baker fills 7 trays with 12 rolls each. By noon 59 rolls are sold. How \#
        many rolls are left?"
        solution = "First, the baker fills 7 * 12 = 84 rolls. Then 59 rolls are sold, so 84 - \#
        59 = 25 rolls are left."
        answer = "25"

        [[exemplars]]
        question = "Mira reads 18 pages on Monday and twice as many on Tuesday. How many pages \#
        does she read on both days?"
        solution = "First, on Tuesday Mira reads 2 * 18 = 36 pages. So on both days she reads \#
        18 + 36 = 54 pages."
        answer = "54"

        [[exemplars]]
        question = "A rope of 96 metres is cut into pieces of 8 metres. Each piece is sold for \#
        5 dollars. How many dollars do all pieces bring?"
        solution = "First, the rope gives 96 / 8 = 12 pieces. So they bring 12 * 5 = 60 dollars."
        answer = "60"

        [[exemplars]]
        question = "Tom has 140 stamps. He gives a quarter of them to his sister and then buys \#
        15 more. How many stamps does he have now?"
        solution = "First, Tom gives away 140 / 4 = 35 stamps. Then he has 140 - 35 = 105 \#
        stamps. So after buying he has 105 + 15 = 120 stamps."
        answer = "120"

        [[exemplars]]
        question = "A train leaves with 230 passengers. At the first stop 48 get off and 31 \#
        get on. How many passengers does it carry then?"
        solution = "First, after 48 get off there are 230 - 48 = 182 passengers. Then 31 get \#
        on, so it carries 182 + 31 = 213 passengers."
        answer = "213"

        [[exemplars]]
        question = "A notebook costs 3 dollars and a pen costs 2 dollars. Lena buys 4 \#
        notebooks and 6 pens and pays with 30 dollars. How many dollars does she get back?"
        solution = "First, the notebooks cost 4 * 3 = 12 dollars. Then the pens cost 6 * 2 = \#
        12 dollars. Together that is 12 + 12 = 24 dollars. So she gets back 30 - 24 = 6 \#
        dollars."
        answer = "6"

        [[exemplars]]
        question = "Ari is 9 years old. His mother is 4 times as old. How old will his mother \#
        be in 6 years?"
        solution = "First, his mother is 4 * 9 = 36 years old. So in 6 years she will be 36 + \#
        6 = 42 years old."
        answer = "42"

        [[exemplars]]
        question = "A tank holds 500 litres. It loses 15 litres an hour for 8 hours. How many \#
        litres are left?"
        solution = "First, the tank loses 15 * 8 = 120 litres. So 500 - 120 = 380 litres are \#
        left."
        answer = "380"
        +++
        Question: {question}
        Let's think step by step.


        """#
}
