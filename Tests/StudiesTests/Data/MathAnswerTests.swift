import Testing

@testable import Studies

@Suite("Answers as mathematics") struct MathAnswerTests {
    static let equal: [(String, String)] = [
        // Numbers.
        ("5", "5"), ("5", "5."), ("5", " 5 "), ("05", "5"), ("0.5", ".5"), ("0.50", "0.5"),
        ("5.0", "5"), ("-3", "- 3"), ("−3", "-3"), ("+3", "3"), ("1,000", "1000"),
        ("1,000,000", "1000000"), (#"10,\!000"#, "10000"), ("10{,}000", "10000"),
        ("$5$", "5"), (#"\$5"#, "5"), (#"\$32,500"#, "32500"), ("5!", "120"), ("2^{10}", "1024"),
        ("2^10", "1024"), (#"3 \times 10^{2}"#, "300"), (#"3 \cdot 10^2"#, "300"),
        (#"0.\overline{3}"#, #"\frac{1}{3}"#), (#"0.1\overline{6}"#, #"\frac16"#),
        (#"2.\overline{9}"#, "3"),
        // Fractions.
        (#"\frac{1}{2}"#, "0.5"), (#"\frac{1}{2}"#, "1/2"), (#"\dfrac{1}{2}"#, #"\frac{1}{2}"#),
        (#"\tfrac{1}{2}"#, #"\frac12"#), (#"\frac12"#, "1/2"), (#"\frac1{72}"#, "1/72"),
        (#"\frac{1}2"#, ".5"), (#"\frac{2}{4}"#, #"\frac{1}{2}"#),
        (#"-\frac{1}{2}"#, #"\frac{-1}{2}"#),
        (#"\frac{1}{-2}"#, "-0.5"), (#"\frac{3}{1}"#, "3"), ("10/4", "5/2"),
        (#"\cfrac{7}{3}"#, "7/3"),
        (#"3\frac{1}{2}"#, "3.5"), ("3 1/2", "7/2"), (#"-3\frac{1}{2}"#, "-3.5"),
        (#"1\frac23"#, "5/3"), (#"\frac{\frac12}{3}"#, "1/6"),
        // Roots.
        (#"\sqrt{2}"#, #"\sqrt2"#), (#"\sqrt{12}"#, #"2\sqrt{3}"#), (#"\sqrt{4}"#, "2"),
        (#"\frac{1}{\sqrt{2}}"#, #"\frac{\sqrt{2}}{2}"#),
        (#"\sqrt{\frac{1}{2}}"#, #"\frac{\sqrt2}{2}"#),
        (#"\sqrt[3]{8}"#, "2"), (#"\sqrt[3]{16}"#, #"2\sqrt[3]{2}"#),
        (#"\sqrt{2}\sqrt{3}"#, #"\sqrt{6}"#),
        (#"\frac{1}{1+\sqrt{2}}"#, #"\sqrt{2}-1"#), (#"(\sqrt{2}+1)^2"#, #"3+2\sqrt{2}"#),
        (#"2^{1/2}"#, #"\sqrt{2}"#), (#"8^{\frac{1}{3}}"#, "2"), (#"\sqrt{-4}"#, "2i"),
        (#"\sqrt[3]{-8}"#, "-2"), ("√2", #"\sqrt{2}"#), (#"3\sqrt{2}+1"#, #"1+3\sqrt{2}"#),
        // Units and other marks without meaning.
        (#"5\text{ cm}"#, "5"), (#"5 \text{ cm}^2"#, "5"), (#"5\text{ cm}^{2}"#, "5"),
        (#"5\mbox{ inches}"#, "5"), ("5 cm", "5"), ("5 square units", "5"), (#"90^\circ"#, "90"),
        (#"90^{\circ}"#, "90"), ("90°", "90"), (#"90 \text{ degrees}"#, "90"), (#"50\%"#, "50"),
        ("50%", "50"), (#"\$18.50"#, "18.5"), (#"12 \mathrm{~m}"#, "12"), ("x=5", "5"),
        ("x = 5", "x=5"), ("k = -2", "-2"), (#"\text{Area} = 12"#, "12"), ("f(x) = 2x", "2x"),
        (#"x_1 = 3"#, "3"), (#"x \in [1,2]"#, "[1,2]"), (#"\boxed{7}"#, "7"),
        (#"\left(1,2\right)"#, "(1,2)"), (#"\displaystyle\frac{1}{2}"#, "1/2"), (#"5\,"#, "5"),
        // Expressions.
        ("2x+3", "3+2x"), ("2x + 3", "2 x+3"), ("(x+1)^2", "x^2+2x+1"), ("x(x-1)", "x^2-x"),
        (#"\frac{x+1}{2}"#, #"\frac{1}{2}x+\frac12"#), (#"\frac{x^2-1}{x-1}"#, "x+1"),
        ("x^{2}", "x^2"), ("2xy", "2yx"), (#"\pi r^2"#, #"r^2\pi"#), (#"4\pi"#, "4π"),
        (#"\frac{\pi}{4}"#, #"\frac14\pi"#), ("x^{-1}", #"\frac{1}{x}"#), ("-(x-1)", "1-x"),
        ("3-2i", "-2i+3"), ("(1+i)^2", "2i"), (#"\frac{1}{i}"#, "-i"), (#"2 \cdot 3"#, "6"),
        (#"12 \div 4"#, "3"), (#"e^{2x}"#, "e^{x+x}"), (#"\sin x"#, #"\sin(x)"#),
        (#"\log_2 x"#, #"\log_{2}(x)"#), (#"\cos^2 x"#, #"(\cos x)^2"#), (#"\binom{5}{2}"#, "10"),
        ("|{-3}|", "3"), (#"\infty"#, "∞"), (#"-\infty"#, "-∞"), ("a_1+a_2", "a_2+a_{1}"),
        (#"\alpha+\beta"#, #"\beta+\alpha"#), ("2(3+4)", "14"), (#"21_3"#, "21_{3}"), ("y'", "y'"),
        // Tuples, intervals, sets, lists.
        ("(1,2)", "(1, 2)"), (#"(\frac12, 3)"#, "(0.5,3)"), ("[0,1)", "[0, 1)"),
        (#"(-\infty, 2]"#, "(-∞,2]"), (#"\{1,2\}"#, #"\{2, 1\}"#), ("1,2", "2, 1"),
        (#"1 \text{ and } 2"#, "2,1"), ("x=1 or x=2", "2, 1"), (#"\{1,2\}"#, "1, 2"),
        (#"(0,1)\cup(2,3)"#, #"(2,3)\cup(0,1)"#), ("(0,1]∪[2,3)", #"[2,3)\cup(0,1]"#),
        (#"3\pm\sqrt{2}"#, #"3-\sqrt2, 3+\sqrt2"#), (#"\pm 2"#, "-2, 2"), ("3:4", "3 : 4"),
        (#"(1,2),(3,4)"#, "(3,4), (1,2)"), (#"\emptyset"#, #"\varnothing"#),
        (#"\langle 1,2\rangle"#, "(1,2)"), ("(1,200)", "(1, 200)"),
        (
            #"\begin{pmatrix}1&2\\3&4\end{pmatrix}"#,
            #"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"#
        ),
        (#"\begin{pmatrix}\frac12\\3\end{pmatrix}"#, #"\begin{pmatrix}0.5\\3.0\end{pmatrix}"#),
        // Relations.
        ("x<5", "5>x"), (#"x \le 5"#, #"5\geq x"#), (#"1 < x \leq 3"#, #"3 \ge x > 1"#),
        ("2x+3y=6", "3y+2x=6"), ("2x+3y=6", "4x+6y-12=0"), ("x-y=0", "y-x=0"),
        // Words.
        (#"\text{Evelyn}"#, "Evelyn"), (#"\text{even}"#, "Even"), (#"\text{(A)}"#, "A"),
        ("(A)", "A"), (#"\textbf{(B)}"#, "B"), (#"\text{C}"#, "C"),
        (#"\text{no solution}"#, "no solution"),
    ]

    static let different: [(String, String)] = [
        ("5", "6"), ("5", "-5"), ("0.5", "5"), ("0.33", #"\frac{1}{3}"#), ("1000", "100"),
        ("3.14", #"\pi"#), ("1.41421356", #"\sqrt{2}"#), (#"\frac{1}{2}"#, #"\frac{1}{3}"#),
        (#"\frac{1}{2}"#, "2"), (#"3\frac{1}{2}"#, "1.5"), ("31/2", "3 1/2"), ("12", "1,2"),
        ("50", "0.5"), ("100000000000000000001", "100000000000000000002"),
        (#"\sqrt{2}"#, #"\sqrt{3}"#), (#"\sqrt{2}"#, "2"), (#"2\sqrt{3}"#, #"3\sqrt{2}"#),
        (#"\sqrt[3]{2}"#, #"\sqrt{2}"#), (#"\sqrt{x}"#, "x"), ("x+1", "x-1"), ("2x", "2y"),
        ("x^2", "2x"), ("x^2", "x^3"), ("xy", "x+y"), (#"\frac{x}{y}"#, #"\frac{y}{x}"#),
        ("(x+1)^2", "x^2+1"), ("2^x", "x^2"), (#"\sin x"#, #"\cos x"#),
        (#"\log_2 x"#, #"\log_3 x"#),
        ("i", "-i"), (#"\pi"#, "p"), ("(1,2)", "(2,1)"), ("(1,2)", "[1,2]"), ("(0,1)", "(0,1]"),
        ("(1,2)", "1"), ("1,2", "1,3"), ("1,2", "1,2,3"), ("1,1,2", "1,2,2"),
        (#"\{1,2\}"#, "(1,2)"),
        (#"(0,1)\cup(2,3)"#, "(0,1)"), (#"\pm 2"#, "2"), ("3:4", "4:3"), ("x<5", "x>5"),
        ("x<5", #"x\le 5"#), ("2x+3y=6", "2x+3y=7"), ("x=5", "6"), ("21_3", "21_4"), ("21_3", "21"),
        (#"\begin{pmatrix}1\\2\end{pmatrix}"#, #"\begin{pmatrix}2\\1\end{pmatrix}"#),
        (#"\begin{pmatrix}1&2\end{pmatrix}"#, #"\begin{pmatrix}1\\2\end{pmatrix}"#),
        (#"\text{Evelyn}"#, "Evan"), (#"\text{(A)}"#, "B"), (#"\text{even}"#, #"\text{odd}"#),
        (#"5\text{ cm}"#, #"6\text{ cm}"#), ("", "5"), ("x", "X"), (#"\infty"#, #"-\infty"#),
        ("2 3", "6"), ("((((", "5"), (#"\frac{1}{0}"#, #"\frac{2}{0}"#), ("5!", "5"),
        ("1/3", "0.3333"),
        (#"\unknown{5}"#, "5"), ("a_1", "a_2"), ("|x|", "x"), (#"0.\overline{3}"#, "0.3"),
        ("2^{1000000}", "2^{1000001}"), ("180", "18"), ("-1/2", "1/2"), ("1e5", "15"),
    ]

    @Test("these are the same answer, either way round", arguments: equal)
    func same(one: String, other: String) {
        #expect(MathAnswer.areEqual(one, other), "\(one) = \(other)")
        #expect(MathAnswer.areEqual(other, one), "\(other) = \(one)")
    }

    @Test("these are not, either way round", arguments: different)
    func notSame(one: String, other: String) {
        #expect(!MathAnswer.areEqual(one, other), "\(one) ≠ \(other)")
        #expect(!MathAnswer.areEqual(other, one), "\(other) ≠ \(one)")
    }

    @Test("nothing that is nested or long without bound is read as mathematics")
    func bounded() {
        let deep = String(repeating: "(", count: 1000) + "1" + String(repeating: ")", count: 1000)
        #expect(!MathAnswer.areEqual(deep, "1"))
        let fractions =
            String(repeating: #"\frac{1}{"#, count: 400) + "1"
            + String(repeating: "}", count: 400)
        #expect(!MathAnswer.areEqual(fractions, "1"))
        let long = String(repeating: "1+", count: 5000) + "1"
        #expect(!MathAnswer.areEqual(long, "5001"))
        #expect(!MathAnswer.areEqual("(a+b+c+d+e+f+g)^{100}", "0"))
    }

    @Test("what is too large for exact arithmetic is compared as text")
    func tooLarge() {
        #expect(MathAnswer.areEqual("2^{5000}", "2^{5000}"))
        #expect(MathAnswer.areEqual("2^{127}", "2^{127}"))
        #expect(!MathAnswer.areEqual("10^{60}", "10^{61}"))
    }
}
