import Foundation
import Octostore
import Testing

/// Data sets: in from elsewhere, profiled, held to a schema, parted, and read.
@Suite(.serialized) struct DataTests {
    let people: RepoPath = "data/people.csv"

    func csv(city: String = "Oslo", rows: Int = 1000) -> Data {
        let lines = (1...rows).map { n in
            "\(n),\(18 + n * 37 % 60),\(n % 2 == 0 ? city : "Lima"),\(n % 3 == 0 ? "no" : "yes")\n"
        }
        return Data(("id,age,city,bought\n" + lines.joined()).utf8)
    }

    func ids(_ repo: Repo, split: String = "", sample: String = "") async throws -> Set<Int64> {
        var found = Set<Int64>()
        for try await batch in try await repo.readRows(people, at: "", columns: ["id"], split: split, sample: sample) {
            found.formUnion(try #require(batch["id"]?.values(of: Int64.self)))
        }
        return found
    }

    @Test func aProfileIsAReportAndTheFilesThatOtherProgramsRead() async throws {
        let f = try await Fixture()
        try await f.commit("data/people.csv", csv())
        let profile = try await f.repo.profile(people)
        #expect(profile.answer && profile.json.hasPrefix("{"))
        #expect(profile.text("schema.pbtxt")?.contains("\"age\"") == true && profile.text("nothing") == nil)
        #expect(try await f.repo.profile(people).parts == profile.parts)
        let written = try await f.repo.profile(people, options: ProfileOptions(write: true))
        let file = f.work.appendingPathComponent("data/people.csv.octo/statistics.pb")
        #expect(try Data(contentsOf: file) == written.parts["statistics.pb"])
        #expect(try await f.repo.view(people).text("fragment.html")?.contains("age") == true)
        #expect(try await f.repo.features([people], options: FeaturesOptions(label: "bought")).json.contains("age"))
    }

    @Test func dataThatIsNotWhatItsSchemaSaysGetsNoForAnAnswer() async throws {
        let f = try await Fixture()
        try await f.commit("data/people.csv", csv())
        let schema = try await f.repo.schema(people, options: SchemaOptions(infer: true, write: true))
        #expect(schema.text("schema.pbtxt")?.contains("\"Oslo\"") == true)
        try await f.repo.profile(people, options: ProfileOptions(write: true))
        #expect(try await f.repo.validate(people).answer)
        try git(f.work, "add", "-A")
        try git(f.work, "commit", "-qm", "Profiled")
        try await f.commit("data/people.csv", csv(city: "Atlantis"))
        let found = try await f.repo.validate(people, options: ValidateOptions(rows: 1))
        #expect(!found.answer && found.json.contains("Atlantis"))
        try await f.repo.profile(people, options: ProfileOptions(write: true))
        #expect(try await !f.repo.diffStats().answer)
        #expect(try await f.repo.diffStats(from: "HEAD", to: "HEAD", paths: [people]).answer)
    }

    @Test func partsAreDisjointAndWholeAndSamplesNested() async throws {
        let f = try await Fixture()
        try await f.commit("data/people.csv", csv())
        try await f.repo.split(people, options: SplitOptions(parts: ["train=0.7", "test=0.3"], seed: 1))
        #expect(try await f.repo.split(people, options: SplitOptions(check: true)).answer)
        let (train, test) = (try await ids(f.repo, split: "train"), try await ids(f.repo, split: "test"))
        #expect(train.isDisjoint(with: test) && train.union(test).count == 1000 && (600...800).contains(train.count))
        #expect(try await ids(f.repo, sample: "0.3").isSuperset(of: try await ids(f.repo, sample: "0.1")))
        let sample = SampleOptions(rows: 40, to: "data/forty.csv")
        #expect(try await f.repo.sample(people, options: sample).json.contains("fraction"))
        try await f.repo.examples(people, options: ExamplesOptions(to: "data/examples", split: "default"))
        #expect(FileManager.default.fileExists(atPath: f.work.appendingPathComponent("data/examples/Split-train").path))
    }

    @Test func whatIsImportedIsStagedAndOnlyStatisticsComeWithALightClone() async throws {
        let f = try await Fixture()
        try await f.commit("data/people.csv", csv())
        let source = f.folder.appendingPathComponent("more.csv")
        try csv(rows: 20).write(to: source)
        try await f.repo.import([source.path], to: "data/more", options: ImportOptions(profile: true, commit: true))
        try await f.repo.push()
        let light = try await Repo.clone(f.work.path, to: f.folder.appendingPathComponent("light"), data: .none)
        try await light.pull(only: ["statistics", "schema"])
        let states = try await light.status().filter { $0.path == "data/more/more.csv" }.map(\.state)
        #expect(states == [.pointer])
        #expect(try await light.view("data/more/more.csv").text("fragment.html")?.contains("age") == true)
    }

    @Test func whatIsWrongIsAnErrorWithARemedy() async throws {
        let f = try await Fixture()
        try await f.commit("data/people.csv", csv())
        #expect(await failure { try await f.repo.profile("data/none.csv") }?.code == .notFound)
        let refused = await failure { try await f.repo.split(people, options: SplitOptions(parts: ["train=-1"])) }
        #expect(refused?.hint.isEmpty == false)
    }
}
