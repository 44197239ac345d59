#include "messages/model/image.hpp"

#include <algorithm>

namespace copal {

namespace {

constexpr std::size_t min_digest_digits = 32;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

bool is_digest(std::string_view text) {
  const auto colon = text.find(':');
  return colon != std::string_view::npos && colon > 0
         && text.size() - colon - 1 >= min_digest_digits && is_hex(text.substr(colon + 1));
}

bool is_registry(std::string_view first_part) {
  return first_part == "localhost" || first_part.find_first_of(".:") != std::string_view::npos;
}

} // namespace

result<image_reference> image_reference::parse(std::string_view text) {
  const std::string whole{text};
  auto bad = [&whole](const std::string& why) {
    return fail(errc::invalid_input,
      "image name '" + whole + "': " + why + "; expected [registry/]repository[:tag][@digest]");
  };
  image_reference ref;
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    const auto digest = text.substr(at + 1);
    if (!is_digest(digest))
      return bad("the part after '@' is not a digest like sha256:<at least 32 hex digits>");
    ref.digest = digest;
    text = text.substr(0, at);
  }
  if (const auto slash = text.find('/');
      slash != std::string_view::npos && is_registry(text.substr(0, slash))) {
    ref.registry = text.substr(0, slash);
    text = text.substr(slash + 1);
  }
  // What follows the last colon is the tag: a registry's port, which has a slash behind it, is
  // gone.
  if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
    ref.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
    if (ref.tag.empty() || ref.tag.find('/') != std::string::npos)
      return bad("the tag is malformed");
  }
  if (text.empty() || text.front() == '/' || text.back() == '/')
    return bad("it names no repository");
  if (whole.find_first_of(" \t\r\n") != std::string::npos)
    return bad("it holds white space");
  ref.repository = text;
  if (!ref.digest.empty())
    ref.tag.clear();
  else if (ref.tag.empty())
    ref.tag = "latest";
  return ref;
}

std::string to_string(const image_reference& x) {
  std::string out;
  if (!x.registry.empty())
    out = x.registry + '/';
  out += x.repository;
  if (!x.digest.empty())
    out += '@' + x.digest;
  else if (!x.tag.empty())
    out += ':' + x.tag;
  return out;
}

bool same_image(const image_reference& a, const image_reference& b) {
  return a == b || (!a.digest.empty() && a.digest == b.digest);
}

std::string familiar_name(image_reference ref) {
  if (ref.registry == "docker.io" || ref.registry == "index.docker.io")
    ref.registry.clear();
  constexpr std::string_view library = "library/";
  if (ref.registry.empty() && ref.repository.starts_with(library))
    ref.repository.erase(0, library.size());
  return to_string(ref);
}

bool has_name(const engine_image& image, const image_reference& ref) {
  if (ref.digest.empty())
    return image.tags.contains(familiar_name(ref));
  return std::any_of(image.digests.begin(), image.digests.end(), [&ref](const std::string& d) {
    return d.ends_with('@' + ref.digest);
  });
}

} // namespace copal
