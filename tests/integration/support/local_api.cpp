#include "tests/integration/support/local_api.hpp"

#include "tests/integration/support/sockets.hpp"

#include <cstdlib>
#include <fstream>

namespace copal::test {

api_answer ask_api(device& d,
  const std::string& method,
  const std::string& path,
  const nlohmann::json& body,
  const std::optional<std::string>& key) {
  const auto api = nlohmann::json::parse(std::ifstream{d.folder() / "state" / "local-api.json"});
  const auto url = api["url"].get<std::string>();
  const auto to = connect_to_port(std::stoi(url.substr(url.rfind(':') + 1)));
  if (!to)
    return {};
  const auto sent = body.is_null() ? std::string{} : body.dump();
  const auto with = key.value_or(api["key"].get<std::string>());
  send_all(to.get(),
    method + ' ' + path + " HTTP/1.1\r\nHost: copal\r\nConnection: close\r\n"
      + (with.empty() ? "" : "Authorization: Bearer " + with + "\r\n")
      + "Content-Type: application/json\r\nContent-Length: " + std::to_string(sent.size())
      + "\r\n\r\n" + sent);
  const auto answer = read_to_end(to.get());
  const auto head = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 ") || head == std::string::npos)
    return {};
  return {std::atoi(answer.c_str() + 9), answer.substr(head + 4)};
}

} // namespace copal::test
