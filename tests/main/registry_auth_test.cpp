#include "main/registry_auth.hpp"

#include "tests/support/temp_folder.hpp"

#include <fstream>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

/// `registry user:password` for each, or the error.
std::string read(const std::string& text) {
  const auto found = read_registry_logins(text);
  if (!found)
    return found.error().what;
  std::string out;
  for (const auto& [registry, login] : *found)
    out += (out.empty() ? "" : "; ") + registry + ' ' + login.user + ':' + login.password.reveal();
  return out;
}

TEST_SUITE("registry auth") {

  TEST_CASE("logins: every form that people have") {
    const struct {
      const char* text;
      const char* expected;
    } rows[] = {
      {R"({})", ""},
      {R"({"auths": {}, "HttpHeaders": {"User-Agent": "x"}})", ""},
      {R"({"auths": {"r.example:5000": {"auth": "YW5uYTpzZXNhbTpvcGVu"}}})",
        "r.example:5000 anna:sesam:open"},
      {R"({"auths": {"r.example": {"username": "anna", "password": "sesam"}}})",
        "r.example anna:sesam"},
      {R"({"auths": {"https://r.example/v2/": {"auth": "YTpi"}}})", "r.example a:b"},
      {R"({"auths": {"https://index.docker.io/v1/": {"auth": "YTpi"}}})", "docker.io a:b"},
      {R"({"auths": {"b": {"auth": "YTpi"}, "a": {"auth": "Yjpj"}}})", "a b:c; b a:b"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      CHECK(read(row.text) == row.expected);
    }
  }

  TEST_CASE("logins: what is wrong is named, and never shown") {
    const struct {
      const char* text;
      const char* expected;
    } rows[] = {
      {R"([])", "expected an object with 'auths', as `docker login` writes it"},
      {R"({"auths": ["canary"]})", "'auths': expected an object, a registry a key"},
      {R"({"auths": {"r": "canary"}})",
        "auths, 'r': expected an object with 'auth', or with 'username' and 'password'"},
      {R"({"auths": {"r": {}}})", "auths, 'r': expected 'auth', or 'username' and 'password'"},
      {R"({"auths": {"r": {"auth": "canary!"}}})",
        "auths, 'r': expected 'auth' to be the base64 of user:password"},
      {R"({"auths": {"r": {"auth": "Y2FuYXJ5"}}})",
        "auths, 'r': expected 'auth' to be the base64 of user:password"},
      {R"({"auths": {"r": {"username": "anna", "password": 7}}})",
        "auths, 'r': expected 'auth', or 'username' and 'password'"},
      {R"({"credsStore": "desktop"})",
        "'credsStore' keeps the logins in another program, which is not asked; write them to "
        "'auths'"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      CHECK(read(row.text) == row.expected);
    }
    CHECK(read("{\"auths\": canary").find("canary") == std::string::npos);
  }

  TEST_CASE("logins: a file is named in its error") {
    const temp_folder folder;
    const auto path = folder / "logins.json";
    CHECK(read_registry_auth(path).error().what.find(path.string()) != std::string::npos);
    std::ofstream{path} << R"({"auths": {"r": {}}})";
    CHECK(read_registry_auth(path).error().what.find(path.string()) != std::string::npos);
    std::ofstream{path} << R"({"auths": {"r": {"auth": "YTpi"}}})";
    CHECK(read_registry_auth(path)->at("r").user == "a");
  }
}

} // namespace
} // namespace copal::test
