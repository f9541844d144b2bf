// Built with a header that says it is newer than the library: the first use is an error that says so.
#include <octostore.hpp>

#include <iostream>

int main() {
    const auto context = octo::expected::Context::create();
    if (context) {
        std::cerr << "a library older than its header was taken\n";
        return 1;
    }
    std::cout << context.error().what() << '\n';
    const bool says = context.error().message().find("older than octostore.hpp") != std::string::npos;
    try {
        octo::Context::create();
    } catch (const octo::Error &error) {
        return says && error.code() == octo::Code::unsupported ? 0 : 1;
    }
    return 1;
}
