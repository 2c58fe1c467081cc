import RelayCore
import Testing

struct JSONTemplateTests {
    private func fill(_ template: String, _ values: JSON) throws -> String {
        String(decoding: try JSONTemplate(parsing: template).filled(from: values).serialized(), as: UTF8.self)
    }

    @Test func aStringThatIsNothingButAFieldTakesTheFieldsType() throws {
        let values: JSON = ["n": .number("12345678901234567890.10"), "t": "x", "b": true, "a": [1], "o": ["k": .null]]
        #expect(
            try fill(#"{"n":"{{n}}","t":"{{ t }}","b":"{{b}}","a":"{{a}}","o":"{{o}}","m":"{{m}}"}"#, values)
                == #"{"n":12345678901234567890.10,"t":"x","b":true,"a":[1],"o":{"k":null},"m":null}"#)
    }

    @Test func withinOtherTextAFieldIsText() throws {
        let values: JSON = ["n": 5, "t": "x", "b": false, "a": ["q"], "z": .null]
        #expect(
            try fill(#"["n={{n}}, t={{t}}; {{b}} {{a}} [{{z}}{{m}}]", "{{t}}{{t}}", "no field }}"]"#, values)
                == #"["n=5, t=x; false [\"q\"] []","xx","no field }}"]"#)
    }

    @Test(arguments: [#"","admin":true,"x":""#, "\\", "\u{0}\n\u{2028}", "{{t}}", "}}", "\"}]", "张三 🎁"])
    func noValueBreaksOut(value: String) throws {
        for template in [#"{"a":"{{t}}","b":1}"#, #"{"a":"<{{t}}>","b":1}"#] {
            let filled = try JSON(parsing: fill(template, ["t": .string(value)]))
            #expect(filled.members?.map(\.name) == ["a", "b"])
            let expected = template.contains("<") ? "<\(value)>" : value
            #expect(filled["a"] == .string(expected))
        }
    }

    @Test func theFieldsAreNamed() throws {
        #expect(try JSONTemplate(parsing: #"{"{{key}}":["{{a}}",{"x":"{{b}}-{{a}}"}],"n":1}"#).fields == ["a", "b"])
        #expect(try JSONTemplate(parsing: "{}").fields.isEmpty)
    }

    @Test(arguments: [
        ("{", JSONTemplateError.notJSON(JSONError(.unexpectedEnd, at: 1))), (#"{"a":"{{b"}"#, .unclosed),
        (#"{"a":"{{ }}"}"#, .unnamed),
    ])
    func whatIsNoTemplateSaysWhy(text: String, error: JSONTemplateError) {
        #expect(throws: error) { try JSONTemplate(parsing: text) }
    }
}
