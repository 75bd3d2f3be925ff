// DEFLATE by zlib.
#include <zlib.h>

#include "modules/enco/compression.h"

namespace arrouter::enco {
namespace {

constexpr int made_window_bits = -11, read_window_bits = -15;  // negative: without zlib's own header
constexpr int memory_level = 8;

class Deflate final : public Compressor {
 public:
  Deflate() {
    good_ = deflateInit2(&out_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, made_window_bits, memory_level,
                         Z_DEFAULT_STRATEGY) == Z_OK &&
            inflateInit2(&in_, read_window_bits) == Z_OK;
  }
  ~Deflate() override {
    deflateEnd(&out_);
    inflateEnd(&in_);
  }
  Deflate(const Deflate&) = delete;
  bool good() const { return good_; }

  std::optional<std::size_t> compress(ByteView in, ByteSpan out) override {
    deflateReset(&out_);
    return run(out_, in, out, [](z_stream& stream) { return deflate(&stream, Z_FINISH); });
  }
  std::optional<std::size_t> expand(ByteView in, ByteSpan out) override {
    inflateReset(&in_);
    return run(in_, in, out, [](z_stream& stream) { return inflate(&stream, Z_FINISH); });
  }

 private:
  template <class Step>
  static std::optional<std::size_t> run(z_stream& stream, ByteView in, ByteSpan out, Step step) {
    stream.next_in = const_cast<Bytef*>(in.data());  // zlib's interface is older than const
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    if (step(stream) != Z_STREAM_END) return std::nullopt;
    return out.size() - stream.avail_out;
  }

  z_stream out_{}, in_{};
  bool good_ = false;
};

}  // namespace

std::unique_ptr<Compressor> make_deflate() {
  auto made = std::make_unique<Deflate>();
  return made->good() ? std::move(made) : nullptr;
}

}  // namespace arrouter::enco
