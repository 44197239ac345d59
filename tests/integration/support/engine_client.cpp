#include "tests/integration/support/engine_client.hpp"

#include "tests/integration/support/sockets.hpp"

namespace copal::test {

engine_client::answer engine_client::call(
  std::string_view method, std::string_view path, const std::string& body) const {
  const auto line = connect_to(socket_);
  if (!line)
    return {};
  // HTTP/1.0: the answer is neither chunked nor followed by another.
  std::string request{method};
  request += " /v1.41" + std::string{path} + " HTTP/1.0\r\nContent-Type: application/json\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  if (!send_all(line.get(), request))
    return {};
  const auto text = read_to_end(line.get());
  const auto end = text.find("\r\n\r\n");
  if (end == std::string::npos || !text.starts_with("HTTP/1."))
    return {};
  answer out;
  out.status = std::stoi(text.substr(9, 3));
  out.body = nlohmann::json::parse(text.substr(end + 4), nullptr, false);
  return out;
}

} // namespace copal::test
