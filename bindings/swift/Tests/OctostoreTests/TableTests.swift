import CArrow
import Foundation
import Octostore
import Testing

/// Tables: in and out by Arrow's C stream interface.
@Suite(.serialized) struct TableTests {
    @Test func rowsOfAnyFormatOfAnyRevision() async throws {
        let f = try await Fixture()
        try await f.commit("data/t.csv", Data("n,name,x,ok,day\n1,ä,0.5,true,2024-02-29\n2,,1.5,false,2024-03-01\n".utf8))
        try await f.commit("data/t.csv", Data("n,name\n7,later\n".utf8))
        let old = try #require(try await f.repo.readRows("data/t.csv", at: "HEAD~1").next())
        #expect(old.columns.map(\.name) == ["n", "name", "x", "ok", "day"])
        #expect(old.columns.map { $0.value(at: 0).description }.prefix(4) == ["1", "ä", "0.5", "true"])
        #expect(try await f.repo.readRows("data/t.csv", columns: ["n"]).schema.map(\.format) == ["l"])
        #expect(old["day"]?.value(at: 0) == .date(Date(timeIntervalSince1970: 1_709_164_800)))
        #expect(old["n"]?.values(of: Int64.self).map(Array.init) == [1, 2])
        #expect(old["n"]?.values(of: Int32.self) == nil && old["name"]?.values(of: Int64.self) == nil)
        for name in ["data/t.parquet", "data/t.arrow", "data/t.jsonl"] {
            let table = try Table(try await f.repo.readRows("data/t.csv", at: "HEAD~1"))
            #expect(try await f.repo.writeRows(table, to: RepoPath(name)).rows == 2)
            try await f.repo.add([RepoPath(name)])
            let batch = try #require(try await f.repo.readRows(RepoPath(name), at: "", columns: ["x"]).next())
            #expect(batch.columns.map(\.name) == ["x"] && batch["x"]?.value(at: 1) == .double(1.5))
        }
    }

    @Test func rowsComeInBatchesUpToALimit() async throws {
        let f = try await Fixture()
        let lines = (1...10_000).map { "\($0),\($0 * 2)\n" }.joined()
        try await f.commit("data/t.csv", Data(("a,b\n" + lines).utf8))
        var (count, sum) = (0, Int64(0))
        for try await batch in try await f.repo.readRows("data/t.csv", columns: ["b"], limit: 2500, batchRows: 1000) {
            count += 1
            sum += batch["b"]?.values(of: Int64.self)?.reduce(0, +) ?? 0
        }
        #expect(count == 3 && sum == 2500 * 2501)
        let failure = await failure { try await f.repo.readRows("data/t.csv", columns: ["c"]) }
        #expect(failure?.code == .notFound && failure?.context["column"] == "c")
    }

    @Test func aTableHoldsTheCallersOwnBuffers() async throws {
        let numbers = UnsafeMutablePointer<Int64>.allocate(capacity: 1000)
        // Runs last: whatever shares the memory is gone by then.
        defer { numbers.deallocate() }
        for n in 0..<1000 { numbers[n] = Int64(n) }
        var made = ArrowArrayStream.of(numbers, count: 1000)
        let table = try Table(ArrowStream(taking: &made))
        #expect(made.release == nil && table.rows == 1000 && table.columns == 1)
        #expect(try table.schema.map(\.name) == ["n"])
        // Out again, twice: the very same memory.
        for _ in 0..<2 {
            let batch = try #require(try table.export().next())
            let values = try #require(batch["n"]?.values(of: Int64.self))
            #expect(values.withUnsafeBufferPointer { $0.baseAddress } == UnsafePointer(numbers))
            #expect(values[999] == 999 && values.reduce(0, +) == 499_500)
            #expect(batch.withUnsafeArrow { array, schema in schema.pointee.n_children == 1 && array.pointee.length == 1000 })
        }
        var raw = ArrowArrayStream()
        try table.export().move(to: &raw)
        var array = ArrowArray()
        #expect(raw.get_next(&raw, &array) == 0)
        #expect(array.children[0]?.pointee.buffers[1] == UnsafeRawPointer(numbers))
        array.release(&array)
        raw.release(&raw)
    }

    @Test func aStreamIsReleasedOnceWhateverHappens() async throws {
        let f = try await Fixture()
        let numbers = UnsafeMutablePointer<Int64>.allocate(capacity: 10)
        numbers.initialize(repeating: 1, count: 10)
        let before = Released.count
        var made = ArrowArrayStream.of(numbers, count: 10)
        let refused = await failure { [stream = ArrowStream(taking: &made)] in
            try await f.repo.writeRows(stream, to: "data/t.doc")
        }
        #expect(refused?.code != nil && Released.count == before + 1)
        var unused = ArrowArrayStream.of(numbers, count: 10)
        _ = ArrowStream(taking: &unused)
        #expect(Released.count == before + 2)
        numbers.deallocate()
    }
}

/// How many streams of this test have been released.
enum Released {
    nonisolated(unsafe) static var count = 0
}

extension ArrowArrayStream {
    /// A stream of one batch with one column `n`, whose values lie where the caller put them; it does not free them.
    static func of(_ numbers: UnsafeMutablePointer<Int64>, count: Int64) -> ArrowArrayStream {
        let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        state.initialize(to: State(numbers: numbers, count: count))
        return ArrowArrayStream(
            get_schema: { _, out in
                out!.pointee = .named("", format: "+s", child: .named("n", format: "l", child: nil))
                return 0
            },
            get_next: { stream, out in
                let state = stream!.pointee.private_data.assumingMemoryBound(to: State.self)
                out!.pointee = ArrowArray()
                if state.pointee.count > 0 { out!.pointee = .structure(of: state.pointee.numbers, count: state.pointee.count) }
                state.pointee.count = 0
                return 0
            },
            get_last_error: { _ in nil },
            release: { stream in
                stream!.pointee.private_data.deallocate()
                stream!.pointee.release = nil
                Released.count += 1
            },
            private_data: state)
    }

    private struct State {
        let numbers: UnsafeMutablePointer<Int64>
        var count: Int64
    }
}

extension ArrowSchema {
    fileprivate static func named(_ name: String, format: String, child: ArrowSchema?) -> ArrowSchema {
        var schema = ArrowSchema()
        schema.format = UnsafePointer(strdup(format))
        schema.name = UnsafePointer(strdup(name))
        if let child {
            schema.n_children = 1
            schema.children = .allocate(capacity: 1)
            schema.children[0] = .allocate(capacity: 1)
            schema.children[0]!.initialize(to: child)
        }
        schema.release = { own in
            free(UnsafeMutablePointer(mutating: own!.pointee.format))
            free(UnsafeMutablePointer(mutating: own!.pointee.name))
            if own!.pointee.n_children > 0 {
                let child = own!.pointee.children[0]!
                child.pointee.release?(child)
                child.deallocate()
                own!.pointee.children.deallocate()
            }
            own!.pointee.release = nil
        }
        return schema
    }
}

extension ArrowArray {
    fileprivate static func structure(of numbers: UnsafeMutablePointer<Int64>, count: Int64) -> ArrowArray {
        let child = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
        child.initialize(to: .made(of: [nil, UnsafeRawPointer(numbers)], count: count))
        var array = made(of: [nil], count: count)
        array.n_children = 1
        array.children = .allocate(capacity: 1)
        array.children[0] = child
        return array
    }

    private static func made(of buffers: [UnsafeRawPointer?], count: Int64) -> ArrowArray {
        var array = ArrowArray()
        array.length = count
        array.n_buffers = Int64(buffers.count)
        array.buffers = .allocate(capacity: buffers.count)
        for (n, buffer) in buffers.enumerated() { array.buffers[n] = buffer }
        array.release = { own in
            own!.pointee.buffers.deallocate()
            if own!.pointee.n_children > 0 {
                let child = own!.pointee.children[0]!
                child.pointee.release?(child)
                child.deallocate()
                own!.pointee.children.deallocate()
            }
            own!.pointee.release = nil
        }
        return array
    }
}
