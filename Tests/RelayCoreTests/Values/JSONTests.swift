import RelayCore
import Testing

@Suite struct JSONTests {
    @Test func literalsReadLikeTheJSONTheyMake() {
        let answer: JSON = ["code": 0, "message": "好", "list": [true, .null, .number("1.20")]]
        #expect(answer.serialized() == Array(#"{"code":0,"message":"好","list":[true,null,1.20]}"#.utf8))
    }

    @Test func anInterpolatedTextIsAString() {
        let name = "茶馆"
        let value: JSON = "\(name)!"
        #expect(value == .string("茶馆!"))
    }

    @Test func anIntegerIsWrittenInFull() {
        #expect(JSON(Int64.min) == .number("-9223372036854775808"))
        #expect(JSON(UInt64.max) == .number("18446744073709551615"))
    }

    @Test func theLastOfRepeatedMembersIsRead() {
        let value: JSON = ["a": 1, "b": 2, "a": 3]
        #expect(value["a"] == 3)
        #expect(value["b"] == 2)
        #expect(value["c"] == nil)
        #expect(value.members?.map(\.name) == ["a", "b", "a"])
    }

    @Test func whatIsNoObjectHasNoMembers() {
        #expect(JSON.null["a"] == nil)
        #expect(JSON.array([["a": 1]])["a"] == nil)
        #expect(JSON.string("a").members == nil)
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("7", 7), ("-12", -12), ("9223372036854775807", Int.max), ("1.0", 1), ("0.000", 0),
    ])
    func anExactIntegerIsReadAsOne(text: String, expected: Int) {
        #expect(JSON.number(text).intValue == expected)
    }

    @Test(arguments: ["9223372036854775808", "1.5", "0.00000000000000000000000000001", "1e3", "1.0e0", "1E-400"])
    func whatIsNoExactIntegerIsNotReadAsOne(text: String) {
        #expect(JSON.number(text).intValue == nil)
    }

    @Test func readersAreNilForOtherKinds() {
        #expect(JSON.string("1").intValue == nil)
        #expect(JSON.number("1").stringValue == nil)
        #expect(JSON.object([]).arrayValue == nil)
        #expect(JSON.string("x").stringValue == "x")
        #expect(JSON.array([1]).arrayValue == [1])
    }
}
