#include "messages/protocol/type_ids.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/sec.hpp>

namespace copal {

void add_messages_to(caf::actor_system_config& config) {
  config.add_message_types<caf::id_block::copal>();
}

caf::error to_caf(const error& e) {
  return caf::make_error(e.code, e.what);
}

namespace {

/// The text that `to_caf` put in; for foreign errors the whole context, printed.
std::string text_of(const caf::error& e) {
  const auto& context = e.context();
  if (context.size() == 1 && context.match_element<std::string>(0))
    return context.get_as<std::string>(0);
  return context.empty() ? std::string{} : caf::to_string(context);
}

bool is_ours(std::uint8_t code) {
  return code >= static_cast<std::uint8_t>(errc::invalid_input)
         && code <= static_cast<std::uint8_t>(errc::broken);
}

} // namespace

error from_caf(const caf::error& e) {
  if (!e) // without a context to look at
    return {errc::internal, "an error without a code"};
  if (e.category() == caf::atom("copal"))
    return {is_ours(e.code()) ? static_cast<errc>(e.code()) : errc::internal, text_of(e)};
  if (e == caf::sec::request_timeout)
    return {errc::timeout, "no answer in time"};
  if (e == caf::sec::request_receiver_down || e.category() == caf::atom("exit"))
    return {errc::unavailable, "the actor asked is down"};
  std::string text = caf::to_string(e.category()) + ' ' + std::to_string(e.code());
  if (auto more = text_of(e); !more.empty())
    text += ": " + more;
  return {errc::internal, std::move(text)};
}

} // namespace copal
