// Rewrites the layers of an OCI layout in a form that can be read lazily.
// Usage: lazy-image estargz|estargz-zstd|zstd:chunked LAYOUT NEW-LAYOUT [CHUNK-BYTES [MINIMUM-CHUNK-BYTES]]
package main

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/containerd/stargz-snapshotter/estargz"
	"github.com/containerd/stargz-snapshotter/estargz/zstdchunked"
	"github.com/containers/storage/pkg/chunked/compressor"
	"github.com/klauspost/compress/zstd"
)

type object = map[string]any

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func digestOf(data []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(data)) }

func number(at int) int {
	if len(os.Args) <= at {
		return 0
	}
	value, err := strconv.Atoi(os.Args[at])
	check(err)
	return value
}

func main() {
	form, from, to := os.Args[1], os.Args[2], os.Args[3]
	blobs := filepath.Join(to, "blobs/sha256")
	check(os.MkdirAll(blobs, 0o755))
	path := func(root, digest string) string {
		return filepath.Join(root, "blobs", strings.Replace(digest, ":", "/", 1))
	}
	read := func(digest string) object {
		data, err := os.ReadFile(path(from, digest))
		check(err)
		var value object
		check(json.Unmarshal(data, &value))
		return value
	}
	put := func(value object, mediaType any) object {
		data, err := json.Marshal(value)
		check(err)
		digest := digestOf(data)
		check(os.WriteFile(path(to, digest), data, 0o644))
		return object{"mediaType": mediaType, "digest": digest, "size": len(data)}
	}
	data, err := os.ReadFile(filepath.Join(from, "index.json"))
	check(err)
	var index object
	check(json.Unmarshal(data, &index))
	top := index["manifests"].([]any)[0].(object)
	manifest := read(top["digest"].(string))
	config := read(manifest["config"].(object)["digest"].(string))
	var diffIDs, layers []any
	for _, layer := range manifest["layers"].([]any) {
		tar := unpacked(path(from, layer.(object)["digest"].(string)))
		digest, diffID, size, annotations := write(form, tar, blobs)
		tar.Close()
		os.Remove(tar.Name())
		diffIDs = append(diffIDs, diffID)
		suffix := map[string]string{"estargz": "gzip", "estargz-zstd": "zstd", "zstd:chunked": "zstd"}[form]
		layers = append(layers, object{"mediaType": "application/vnd.oci.image.layer.v1.tar+" + suffix,
			"digest": digest, "size": size, "annotations": annotations})
		fmt.Println(digest, size)
	}
	config["rootfs"] = object{"type": "layers", "diff_ids": diffIDs}
	manifest["config"] = put(config, manifest["config"].(object)["mediaType"])
	manifest["layers"] = layers
	top2 := put(manifest, "application/vnd.oci.image.manifest.v1+json")
	top2["annotations"] = object{"org.opencontainers.image.ref.name": "latest"}
	index["manifests"] = []any{top2}
	data, err = json.Marshal(index)
	check(err)
	check(os.WriteFile(filepath.Join(to, "index.json"), data, 0o644))
	check(os.WriteFile(filepath.Join(to, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644))
}

func unpacked(path string) *os.File {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	zipped, err := gzip.NewReader(file)
	check(err)
	tar, err := os.CreateTemp("", "layer")
	check(err)
	_, err = io.Copy(tar, zipped)
	check(err)
	return tar
}

type zstdForm struct {
	*zstdchunked.Compressor
	*zstdchunked.Decompressor
}

func write(form string, tar *os.File, blobs string) (digest, diffID string, size int64, annotations map[string]string) {
	part := filepath.Join(blobs, "part")
	out, err := os.Create(part)
	check(err)
	defer out.Close()
	hash := sha256.New()
	both := io.MultiWriter(out, hash)
	info, err := tar.Stat()
	check(err)
	annotations = map[string]string{}
	if form != "zstd:chunked" {
		options := []estargz.Option{}
		if form == "estargz-zstd" {
			options = append(options, estargz.WithCompression(zstdForm{
				&zstdchunked.Compressor{CompressionLevel: zstd.SpeedDefault, Metadata: annotations}, &zstdchunked.Decompressor{}}))
		}
		if chunk := number(4); chunk > 0 {
			options = append(options, estargz.WithChunkSize(chunk))
		}
		if least := number(5); least > 0 {
			options = append(options, estargz.WithMinChunkSize(least))
		}
		blob, err := estargz.Build(io.NewSectionReader(tar, 0, info.Size()), options...)
		check(err)
		_, err = io.Copy(both, blob)
		check(err)
		check(blob.Close())
		diffID = blob.DiffID().String()
		annotations[estargz.TOCJSONDigestAnnotation] = blob.TOCDigest().String()
	} else {
		_, err = tar.Seek(0, io.SeekStart)
		check(err)
		plain := sha256.New()
		level := 3
		writer, err := compressor.ZstdCompressor(both, annotations, &level)
		check(err)
		_, err = io.Copy(writer, io.TeeReader(tar, plain))
		check(err)
		check(writer.Close())
		diffID = fmt.Sprintf("sha256:%x", plain.Sum(nil))
	}
	digest = fmt.Sprintf("sha256:%x", hash.Sum(nil))
	info, err = out.Stat()
	check(err)
	check(os.Rename(part, filepath.Join(blobs, digest[7:])))
	return digest, diffID, info.Size(), annotations
}
