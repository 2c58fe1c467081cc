/// Arrays, encoded once where they are made: two passes over the elements, one allocation of the exact size.
/// Each type takes elements that may be NULL, and, without a conversion, elements that may not.
extension PostgresParameter {
    package static func bools(_ values: [Bool]) -> PostgresParameter { array(of: values) }
    package static func bools(_ values: [Bool?]) -> PostgresParameter { array(of: values) }

    package static func int16s(_ values: [Int16]) -> PostgresParameter { array(of: values) }
    package static func int16s(_ values: [Int16?]) -> PostgresParameter { array(of: values) }

    package static func int32s(_ values: [Int32]) -> PostgresParameter { array(of: values) }
    package static func int32s(_ values: [Int32?]) -> PostgresParameter { array(of: values) }

    package static func int64s(_ values: [Int64]) -> PostgresParameter { array(of: values) }
    package static func int64s(_ values: [Int64?]) -> PostgresParameter { array(of: values) }

    package static func doubles(_ values: [Double]) -> PostgresParameter { array(of: values) }
    package static func doubles(_ values: [Double?]) -> PostgresParameter { array(of: values) }

    package static func texts(_ values: [String]) -> PostgresParameter { array(of: values) }
    package static func texts(_ values: [String?]) -> PostgresParameter { array(of: values) }

    package static func byteas(_ values: [[UInt8]]) -> PostgresParameter { array(of: values) }
    package static func byteas(_ values: [[UInt8]?]) -> PostgresParameter { array(of: values) }

    package static func uuids(_ values: [UInt128]) -> PostgresParameter { array(of: values) }
    package static func uuids(_ values: [UInt128?]) -> PostgresParameter { array(of: values) }

    package static func timestamps(unixMicroseconds values: [Int64]) -> PostgresParameter {
        array(of: values.lazy.map { PostgresTimestamp(unixMicroseconds: $0) })
    }
    package static func timestamps(unixMicroseconds values: [Int64?]) -> PostgresParameter {
        array(of: values.lazy.map { $0.map { PostgresTimestamp(unixMicroseconds: $0) } })
    }

    package static func intervals(_ values: [Duration]) -> PostgresParameter {
        array(of: values.lazy.map { PostgresInterval($0) })
    }
    package static func intervals(_ values: [Duration?]) -> PostgresParameter {
        array(of: values.lazy.map { $0.map { PostgresInterval($0) } })
    }

    /// A `jsonb[]` from the elements' texts.
    package static func jsons(_ values: [String]) -> PostgresParameter {
        array(of: values.lazy.map { PostgresJSON(text: $0) })
    }
    package static func jsons(_ values: [String?]) -> PostgresParameter {
        array(of: values.lazy.map { $0.map { PostgresJSON(text: $0) } })
    }

    /// Layout: dimensions, a flag for NULLs, the element type, then per dimension its length and lower bound, then
    /// the elements, each behind its length (-1 for NULL).
    private static func array<Elements: Collection>(of elements: Elements) -> PostgresParameter
    where Elements.Element: BinaryElement {
        let count = elements.count
        var byteCount = count == 0 ? 12 : 20
        var hasNulls = false
        for element in elements {
            byteCount += 4
            if let size = element.byteCount { byteCount += size } else { hasNulls = true }
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { memory, initializedCount in
            guard let start = memory.baseAddress else { return }
            var writer = BinaryWriter(to: start)
            writer.write(Int32(count == 0 ? 0 : 1))
            writer.write(Int32(hasNulls ? 1 : 0))
            writer.write(Elements.Element.type.oid)
            if count > 0 {
                writer.write(Int32(count))
                writer.write(Int32(1))
            }
            for element in elements {
                guard let size = element.byteCount else {
                    writer.write(Int32(-1))
                    continue
                }
                writer.write(Int32(size))
                element.write(to: &writer)
            }
            initializedCount = byteCount
        }
        return PostgresParameter(type: Elements.Element.arrayType, value: .bytes(bytes))
    }
}
