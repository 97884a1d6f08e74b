// Examines images: detect URL KEY SECONDS IMAGE ANOTHER-IMAGE NO-IMAGE
package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"

	draem "example.com/draem/client"
)

func main() {
	if err := examine(os.Args[1], os.Args[2], os.Args[3], os.Args[4:]); err != nil {
		var answer *draem.GenericOpenAPIError
		if errors.As(err, &answer) {
			if problem, ok := answer.Model().(draem.Problem); ok {
				fmt.Printf("problem: %d %s, request %s\n%s\n", problem.Status, problem.Type, problem.RequestId, problem.Detail)
				return
			}
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func examine(url, key, timeout string, paths []string) error {
	configuration := draem.NewConfiguration()
	configuration.Servers = draem.ServerConfigurations{{URL: url}}
	detections := draem.NewAPIClient(configuration).DetectionAPI
	ctx := context.WithValue(context.Background(), draem.ContextAPIKeys, map[string]draem.APIKey{"apiKey": {Key: key}})
	seconds, err := strconv.ParseFloat(timeout, 64)
	if err != nil {
		return err
	}

	files, err := open(paths[:1])
	if err != nil {
		return err
	}
	detection, _, err := detections.Detect(ctx).Image(files[0]).Include([]draem.Include{draem.INCLUDE_OVERLAY}).XRequestTimeout(seconds).Execute()
	if err != nil {
		return err
	}
	model := detection.Model
	fmt.Printf("%s: score %.3f, threshold %.3f, by %s %d on %s\n", verdict(detection), detection.Score, detection.Threshold, model.Name, model.Version, model.Provider)
	fmt.Printf("arrived: %d x %d, %s\n", detection.Image.Width, detection.Image.Height, detection.Image.Digest)
	for _, region := range detection.Regions {
		fmt.Printf("region: %d x %d at %d, %d, peak %.3f\n", region.Box.Width, region.Box.Height, region.Box.X, region.Box.Y, region.Peak)
	}
	overlay, err := base64.StdEncoding.DecodeString(detection.Overlay.Data)
	if err != nil {
		return err
	}
	if err := os.WriteFile("overlay.png", overlay, 0o644); err != nil {
		return err
	}

	if files, err = open(paths); err != nil {
		return err
	}
	batch, _, err := detections.DetectBatch(ctx).Images(files).XRequestTimeout(seconds).Execute()
	if err != nil {
		return err
	}
	for _, entry := range batch.Results {
		if entry.Problem != nil {
			fmt.Printf("%s: %s\n", entry.GetFileName(), entry.Problem.Title)
		} else {
			fmt.Printf("%s: %s\n", entry.GetFileName(), verdict(entry.Detection))
		}
	}

	if files, err = open(paths[2:]); err != nil {
		return err
	}
	_, _, err = detections.Detect(ctx).Image(files[0]).XRequestTimeout(seconds).XRequestId("line-3:0142").Execute()
	return err
}

func verdict(detection *draem.Detection) string {
	if detection.Anomalous {
		return "anomalous"
	}
	return "normal"
}

// open opens the files again for each request: a sent one has been read to its end, and those of a form are closed.
func open(paths []string) ([]*os.File, error) {
	var files []*os.File
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}
