#include "adapters/engine/calls.hpp"

#include "adapters/engine/codec.hpp"
#include "adapters/engine/forgetful.hpp"
#include "messages/model/base64.hpp"

#include <array>
#include <utility>

namespace copal::engine_wire {

namespace {

/// Percent-encodes a piece of a path or a query. Slashes and colons stay when the engine's routes
/// take the rest of the path as a name.
std::string encoded(std::string_view text, std::string_view kept = {}) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (plain.find(c) != std::string_view::npos || kept.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 0x0FU];
  }
  return out;
}

/// An id or name as one segment of a path; empty, it would name the whole collection.
result<std::string> segment(
  std::string_view what, std::string_view text, std::string_view kept = {}) {
  if (text.empty() || text == "." || text == "..")
    return fail(errc::invalid_input,
      "the " + std::string{what} + " '" + std::string{text} + "' names nothing");
  return encoded(text, kept);
}

constexpr std::string_view in_image_names = "/:@";

result<call> look(std::string target) {
  return call{operation::look, "GET", std::move(target), {}, {}};
}

/// A call whose path names one thing.
result<call> on(operation op,
  std::string method,
  std::string before,
  result<std::string> name,
  std::string after = {}) {
  if (!name)
    return fail(name.error());
  return call{op, std::move(method), std::move(before) + *name + std::move(after), {}, {}};
}

result<call> with_body(result<call> x, result<std::string> body) {
  if (!x)
    return x;
  if (!body)
    return fail(body.error());
  x->body = std::move(*body);
  return x;
}

/// With the body for engines that forget.
result<call> remembering(result<call> x, result<std::string> body) {
  if (x && body)
    x->remembered = std::move(*body);
  return x;
}

} // namespace

result<call> call_for(const engine::watch_events&) {
  constexpr std::string_view filter = R"({"type":["container","image","network","volume"]})";
  return call{operation::watch, "GET", "/events?filters=" + encoded(filter), {}, {}};
}

result<call> call_for(const engine::list_containers&) {
  return look("/containers/json?all=1");
}

result<call> call_for(const engine::inspect_container& x) {
  return on(operation::look, "GET", "/containers/", segment("container", x.id.value), "/json");
}

result<call> call_for(const engine::list_networks&) {
  return look("/networks");
}

result<call> call_for(const engine::list_volumes&) {
  return look("/volumes");
}

result<call> call_for(const engine::list_images&) {
  return look("/images/json");
}

result<call> call_for(const engine::get_traits&) {
  return look("/info");
}

result<call> call_for(const engine::inspect_image& x) {
  return on(operation::look, "GET", "/images/", segment("image", x.name, in_image_names), "/json");
}

result<call> call_for(const engine::pull_image& x) {
  const auto name = image_reference::parse(x.name);
  if (!name)
    return fail(name.error());
  const auto repository =
    name->registry.empty() ? name->repository : name->registry + '/' + name->repository;
  // Without a tag the engine would pull every tag of the repository.
  const auto& version = name->digest.empty() ? name->tag : name->digest;
  call out{operation::pull,
    "POST",
    "/images/create?fromImage=" + encoded(repository) + "&tag=" + encoded(version),
    {},
    {}};
  if (!x.registry_token.empty()) {
    // A token is base64 and dots; one that would need escaping in JSON is none.
    const auto& token = x.registry_token.reveal();
    for (const char c : token) {
      if (c < ' ' || c > '~' || c == '"' || c == '\\')
        return fail(errc::invalid_input, "the registry token is malformed");
    }
    out.authorization = secret{to_base64url(R"({"registrytoken":")" + token + R"("})")};
  }
  return out;
}

result<call> call_for(const engine::remove_image& x) {
  return on(operation::remove_image,
    "DELETE",
    "/images/",
    segment("image", x.name, in_image_names),
    x.force ? "?force=1" : "");
}

result<call> call_for(const engine::create_container& x) {
  return remembering(with_body(on(operation::create_container,
                                 "POST",
                                 "/containers/create?name=",
                                 segment("container name", x.name)),
                       write_create(x.config)),
    write_create_remembered(x.config));
}

result<call> call_for(const engine::connect_network& x) {
  return with_body(
    on(operation::connect_network, "POST", "/networks/", segment("network", x.network), "/connect"),
    write_connect(x.container, x.how));
}

result<call> call_for(const engine::start_container& x) {
  return on(operation::start, "POST", "/containers/", segment("container", x.id.value), "/start");
}

result<call> call_for(const engine::stop_container& x) {
  return on(operation::stop,
    "POST",
    "/containers/",
    segment("container", x.id.value),
    "/stop?t=" + std::to_string(x.grace.count()));
}

result<call> call_for(const engine::remove_container& x) {
  return on(operation::remove_container,
    "DELETE",
    "/containers/",
    segment("container", x.id.value),
    x.force ? "?v=1&force=1" : "?v=1");
}

result<call> call_for(const engine::rename_container& x) {
  auto out = on(
    operation::rename, "POST", "/containers/", segment("container", x.id.value), "/rename?name=");
  auto name = segment("container name", x.name);
  if (!name)
    return fail(name.error());
  if (out)
    out->target += *name;
  return out;
}

result<call> call_for(const engine::set_restart_policy& x) {
  auto out =
    on(operation::set_restart, "POST", "/containers/", segment("container", x.id.value), "/update");
  if (out)
    out->body = write_restart_policy(x.policy);
  return out;
}

result<call> call_for(const engine::create_network& x) {
  return remembering(with_body(call{operation::create_network, "POST", "/networks/create", {}, {}},
                       write_network(x.name, x.config)),
    write_network_remembered(x.name, x.config));
}

result<call> call_for(const engine::remove_network& x) {
  return on(operation::remove_network, "DELETE", "/networks/", segment("network", x.id.value));
}

result<call> call_for(const engine::create_volume& x) {
  if (x.name.empty()) // the engine would make up a name
    return fail(errc::invalid_input, "the volume has no name");
  return remembering(with_body(call{operation::create_volume, "POST", "/volumes/create", {}, {}},
                       write_volume(x.name, x.config)),
    write_volume_remembered(x.name, x.config));
}

result<call> call_for(const engine::remove_volume& x) {
  return on(operation::remove_volume, "DELETE", "/volumes/", segment("volume", x.name));
}

} // namespace copal::engine_wire
