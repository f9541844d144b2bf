import java.nio.charset.StandardCharsets;

/** Example FOLDER FILE: state, history and some bytes of a file, and what an error looks like. */
final class Example {
    private Example() {}

    public static void main(String[] args) throws OctoException {
        if (Octo.LIB.octo_abi_version() != Octo.ABI_VERSION) {
            throw new IllegalStateException("the library has ABI " + Octo.LIB.octo_abi_version());
        }
        System.out.println("octostore " + Octo.LIB.octo_version());
        try (Repo repo = new Repo(args[0])) {
            repo.status().forEach(System.out::println);
            repo.log(args[1]).forEach(System.out::println);
            System.out.println(StandardCharsets.UTF_8.decode(repo.read("HEAD~1", args[1], 2, 8)).toString().replace("\n", "\\n"));
            repo.read("HEAD", "data/none.csv", 0, 1);
        } catch (OctoException e) {
            System.out.println(e.code + ": " + e.getMessage() + " " + e.hint);
        }
    }
}
