#include "main/registry_auth.hpp"

#include "adapters/files/files.hpp"
#include "adapters/json/json.hpp"
#include "messages/model/base64.hpp"

#include <string>
#include <utility>

namespace copal {

namespace {

constexpr std::size_t largest_file = 1024UL * 1024;

error wrong(const std::string& registry, const std::string& expected) {
  return {errc::invalid_input, "auths, '" + registry + "': expected " + expected};
}

/// `https://registry.example/v2/` is the registry `registry.example`; Docker Hub has a name of its
/// own from the first days. Source: `docker login`, as it writes its file.
std::string registry_of(std::string key) {
  if (const auto scheme = key.find("://"); scheme != std::string::npos)
    key.erase(0, scheme + 3);
  key = key.substr(0, key.find('/'));
  return key == "index.docker.io" || key == "registry-1.docker.io" ? "docker.io" : key;
}

std::string text_at(const value& login, std::string_view key) {
  const auto* found = login.find(key);
  const auto* text = found == nullptr ? nullptr : found->as_text();
  return text == nullptr ? std::string{} : *text;
}

result<registry_login> read_login(const std::string& registry, const value& login) {
  if (login.as_map() == nullptr)
    return fail(wrong(registry, "an object with 'auth', or with 'username' and 'password'"));
  registry_login out{text_at(login, "username"), secret{text_at(login, "password")}};
  if (const auto encoded = text_at(login, "auth"); !encoded.empty()) {
    const auto plain = from_base64(encoded);
    const auto colon = plain ? plain->find(':') : std::string::npos;
    if (colon == std::string::npos)
      return fail(wrong(registry, "'auth' to be the base64 of user:password"));
    out = {plain->substr(0, colon), secret{plain->substr(colon + 1)}};
  }
  if (out.user.empty() || out.password.empty())
    return fail(wrong(registry, "'auth', or 'username' and 'password'"));
  return out;
}

} // namespace

result<registry_logins> read_registry_logins(std::string_view text) {
  const auto doc = json::parse(text);
  if (!doc)
    return fail(doc.error());
  if (doc->as_map() == nullptr)
    return fail(
      errc::invalid_input, "expected an object with 'auths', as `docker login` writes it");
  for (const auto* helper : {"credsStore", "credHelpers"}) {
    if (doc->find(helper) != nullptr)
      return fail(errc::invalid_input,
        "'" + std::string{helper} + "' keeps the logins in another program, which is not asked; "
          + "write them to 'auths'");
  }
  registry_logins out;
  const auto* auths = doc->find("auths");
  if (auths == nullptr)
    return out;
  if (auths->as_map() == nullptr)
    return fail(errc::invalid_input, "'auths': expected an object, a registry a key");
  for (const auto& [key, login] : *auths->as_map()) {
    auto read = read_login(key, login);
    if (!read)
      return fail(std::move(read.error()));
    out[registry_of(key)] = std::move(*read);
  }
  return out;
}

result<registry_logins> read_registry_auth(const std::filesystem::path& path) {
  const auto text = files::read(path, largest_file);
  if (!text)
    return fail(text.error().with_context("reading the logins of registries"));
  auto out = read_registry_logins(*text);
  if (!out)
    return fail(out.error().with_context(path.string()));
  return out;
}

} // namespace copal
