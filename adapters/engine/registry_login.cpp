#include "adapters/engine/registry_login.hpp"

#include "messages/model/base64.hpp"
#include "messages/model/image.hpp"

#include <nlohmann/json.hpp>

namespace copal::engine_wire {

result<secret> authorization_for(const registry_logins& logins, const std::string& image) {
  const auto name = image_reference::parse(image);
  if (!name)
    return fail(name.error());
  const std::string registry = name->registry.empty() ? "docker.io" : name->registry;
  const auto found = logins.find(registry);
  if (found == logins.end())
    return secret{};
  try {
    const nlohmann::json login{{"username", found->second.user},
      {"password", found->second.password.reveal()},
      {"serveraddress", registry}};
    return secret{to_base64url(login.dump())};
  } catch (const nlohmann::json::exception&) {
    return fail(errc::invalid_input, "the login for " + registry + " is not UTF-8");
  }
}

} // namespace copal::engine_wire
