import Platforms
import RelayCore

extension FuzzTarget {
    /// Read as the plain way reads it, and the same again once it is written.
    static let formBody = FuzzTarget("form-body") { body in
        let expected = PlainForm.read(body)
        let form: FormBody
        do throws(FormError) {
            form = try FormBody(parsing: body)
        } catch {
            return try require(expected == nil, "refused, and the plain way reads it: \(error)")
        }
        let read = form.parameters.map { [Array(form.bytes[$0.name]), Array(form.bytes[$0.value])] }
        try require(read == expected, "read as \(read), in the plain way as \(String(describing: expected))")
        let names = form.sortedParameters.map { form.bytes[$0.name] }
        try require(Set(form.sortedParameters) == Set(form.parameters), "sorting loses parameters")
        try require(
            zip(names, names.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) }, "not sorted by name")
        let again = try FormBody(parsing: FormBody.encode(form.pairs))
        try require(
            again.parameters.map { [Array(again.bytes[$0.name]), Array(again.bytes[$0.value])] } == read,
            "another form once it is written")
    }
}

/// Forms by the book: cut at `&`, then at the first `=`, then decoded, each piece on its own.
private enum PlainForm {
    static func read(_ body: [UInt8]) -> [[[UInt8]]]? {
        let parts = body.split(separator: UInt8(ascii: "&"))
        guard parts.count <= FormBody.maximumParameters else { return nil }
        var pairs: [[[UInt8]]] = []
        for part in parts {
            let end = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = decoded(part[..<end]), let value = decoded(part[end...].dropFirst()) else { return nil }
            pairs.append([name, value])
        }
        return Set(pairs.map { $0[0] }).count == pairs.count ? pairs : nil
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let pieces = text.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
            .split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
        var decoded = Array(pieces[0])
        for piece in pieces.dropFirst() {
            let digits = piece.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            guard digits.count == 2 else { return nil }
            decoded.append(UInt8(digits[0] * 16 + digits[1]))
            decoded += piece.dropFirst(2)
        }
        return String(validating: decoded, as: UTF8.self) == nil ? nil : decoded
    }
}
